import { z } from 'zod'
import { headerParameter, openApiComponents, problemResponse } from '@reprise/core/openapi.ts'
import type { AnyQuery } from '../query.ts'
import { without } from '../without.ts'

type Json = Readonly<Record<string, unknown>>

/** The OpenAPI 3.1 document of the queries, from the very schemas that check requests. */
export const openApiOf = (queries: readonly AnyQuery[]): Json => ({
  openapi: '3.1.0',
  info: { title: 'Reprise query API', version: '1', description: 'View → answer, read-only.' },
  paths: Object.fromEntries(queries.map((query) => [pathOf(query), { get: operationOf(query) }])),
  components: openApiComponents,
})

const pathOf = ({ path }: AnyQuery) => path.replace(/:(\w+)/g, '{$1}')

const operationOf = (query: AnyQuery): Json => ({
  summary: query.summary,
  ...(query.description !== undefined && { description: query.description }),
  security: query.isPersonal ? [{ bearer: [] }] : [{ bearer: [] }, {}],
  parameters: [...parametersOf(query.params, 'path'), ...parametersOf(query.options, 'query'), ...conditions],
  responses: {
    200: {
      description: 'What is shown',
      headers: { ETag: text, 'Reprise-Position': { ...text, description: promised } },
      content: { 'application/json': { schema: schemaOf(query.answer, 'output') } },
    },
    304: { description: 'The client has it already' },
    default: problemResponse,
  },
})

const parametersOf = (schema: z.ZodObject, place: 'path' | 'query'): readonly Json[] => {
  const { properties = {}, required = [] } = schemaOf(schema, 'input') as {
    properties?: Record<string, Json>
    required?: readonly string[]
  }
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: property,
  }))
}

const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): Json =>
  without(z.toJSONSchema(schema, { io, unrepresentable: 'any' }), ['$schema'])

const text = { schema: { type: 'string' } }

const promised = 'Sent as Reprise-Min-Position, it is answered with nothing older than what is shown here'

const conditions: readonly Json[] = [
  headerParameter(
    'Reprise-Min-Position',
    'Answer with state at least as new as these positions, or say that it is not there yet',
  ),
  headerParameter(
    'Reprise-Max-Wait',
    'How long to wait for that: 500 (ms) or 2s, up to 30s; 2s if not given',
  ),
  headerParameter('If-None-Match', 'Answer 304 if this is what would be shown'),
  { ...headerParameter('minPosition', 'As Reprise-Min-Position'), in: 'query' },
]
