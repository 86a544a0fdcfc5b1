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
      'Commands are answered from the log. Retry with the same Idempotency-Key: the first accepted answer comes again. ' +
      'Plays are answered when the log has acknowledged them, and need no key: the same play sent again counts once.',
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

const operationOf = ({ path, summary, body, lines, undecided, success: [status, answer] }: CommandRoute) => ({
  summary,
  parameters: [
    ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => pathParameter(name)),
    ...(lines ? [] : [undecided ? returnedKey : idempotencyKey]),
    ...(path.startsWith('/v1/playlists/')
      ? [headerParameter('If-Match', 'The ETag that the command was decided on')]
      : []),
  ],
  ...(body && {
    requestBody: { required: !body.safeParse(undefined).success, content: contentOf(body, 'input', lines) },
  }),
  responses: {
    [status]: {
      description: lines ? 'A line for each line' : undecided ? acknowledged : accepted,
      ...(!lines && { headers: position }),
      ...(answer && { content: contentOf(answer, 'output', lines) }),
    },
    default: problemResponse,
  },
})

const accepted = 'Accepted, and read back from the log'
const acknowledged = 'Each accepted or refused; those accepted are acknowledged by the log'

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

const returnedKey = headerParameter(
  'Idempotency-Key',
  'Returned, and otherwise ignored: a play has an identity',
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
<p>The full reference is <a href="/openapi.json">/openapi.json</a>. Every request needs a token. The answer to a command
carries its <code>Idempotency-Key</code>, or one that was made for it: retry with it. Where there is no such path or
method, and where too many requests are waiting (429), nothing was done, and no key is made. Success carries <code>Reprise-Position</code>: send it to the query API as
<code>Reprise-Min-Position</code> to read your own writes.</p>
${commandRoutes.map(({ method, path, summary }) => `<h2><code>${method.toUpperCase()} ${path}</code></h2><p>${summary}.</p>`).join('\n')}</html>`
