import { Router } from 'express'
import { z } from 'zod'
import { headerParameter, openApiComponents, problemResponse } from '@reprise/core/openapi.ts'
import { type CommandRoute, commandRoutes } from './command-reference.ts'

/** GET /openapi.json: the reference for programs, from the schemas that validate. GET /docs: the same for people. */
export const openApiRoutes = (): Router => {
  const document = openApiOf(commandRoutes)
  return Router()
    .get('/openapi.json', (_request, response) => {
      response.set('Cache-Control', 'no-cache').json(document)
    })
    .get('/docs', (_request, response) => {
      response.set('Cache-Control', 'no-cache').type('html').send(page)
    })
}

/** The OpenAPI 3.1 document of these routes. */
export const openApiOf = (routes: readonly CommandRoute[]) => ({
  openapi: '3.1.0',
  info: {
    title: 'Reprise command API',
    version: '1',
    description:
      'Commands are answered from the log. Retry with the same Idempotency-Key: the first accepted answer comes again.',
  },
  components: openApiComponents,
  security: [{ bearer: [] }],
  paths: Object.fromEntries(
    [...new Set(routes.map(({ path }) => path))].map((path) => [
      path,
      Object.fromEntries(
        routes.filter((route) => route.path === path).map((route) => [route.method, operationOf(route)]),
      ),
    ]),
  ),
})

const operationOf = ({ path, summary, body, lines, success: [status, answer] }: CommandRoute) => ({
  summary,
  parameters: [
    ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => pathParameter(name)),
    ...(lines ? [] : [idempotencyKey]),
    ...(path.startsWith('/v1/playlists/')
      ? [headerParameter('If-Match', 'The ETag that the command was decided on')]
      : []),
  ],
  ...(body && {
    requestBody: { required: !body.safeParse(undefined).success, content: contentOf(body, 'input', lines) },
  }),
  responses: {
    [status]: {
      description: lines ? 'A line for each line' : 'Accepted, and read back from the log',
      ...(!lines && { headers: position }),
      ...(answer && { content: contentOf(answer, 'output', lines) }),
    },
    default: problemResponse,
  },
})

const pathParameter = (name: string) => ({
  name,
  in: 'path',
  required: true,
  schema: { type: 'string', ...(name === 'playlistId' && { format: 'uuid' }) },
})

const idempotencyKey = headerParameter(
  'Idempotency-Key',
  'A UUIDv7 of your own; the same key gives the first accepted answer again for 24 hours',
)

const position = {
  'Reprise-Position': { description: 'Where it stands in the log', schema: { type: 'string' } },
} as const

const contentOf = (schema: z.ZodType, io: 'input' | 'output', lines: true | undefined) => ({
  [lines ? 'application/x-ndjson' : 'application/json']: {
    schema: z.toJSONSchema(schema, { io, unrepresentable: 'any' }),
  },
})

const page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Reprise command API</title>
<style>body{font:16px/1.5 system-ui;max-width:50rem;margin:2rem auto;padding:0 1rem}code{background:#eee;padding:.1em .3em}</style>
<h1>Reprise command API</h1>
<p>The full reference is <a href="/openapi.json">/openapi.json</a>. Every request needs a token. Every answer carries
<code>Idempotency-Key</code>: retry with it. Success carries <code>Reprise-Position</code>: send it to the query API as
<code>Reprise-Min-Position</code> to read your own writes.</p>
${commandRoutes.map(({ method, path, summary }) => `<h2><code>${method.toUpperCase()} ${path}</code></h2><p>${summary}.</p>`).join('\n')}</html>`
