import { problems } from './problem.ts'

/** What the OpenAPI documents of both APIs share: how to sign in, and what an error looks like. */
export const openApiComponents = {
  securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
  schemas: {
    Problem: {
      type: 'object',
      required: ['type', 'title', 'status', 'code', 'detail'],
      properties: {
        type: { type: 'string' },
        title: { type: 'string' },
        status: { type: 'integer' },
        code: { type: 'string', enum: Object.keys(problems) },
        detail: { type: 'string' },
      },
    },
  },
} as const

/** The answer of every request that fails. */
export const problemResponse = {
  description: 'A problem; docs/problems.md lists the codes',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
} as const

/** An optional header of a request. */
export const headerParameter = (name: string, description: string) => ({
  name,
  in: 'header',
  required: false,
  description,
  schema: { type: 'string' },
})
