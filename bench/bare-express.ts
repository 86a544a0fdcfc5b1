import { createInterface } from 'node:readline'
import express from 'express'
import { createJwtAuthenticator } from '@reprise/adapters/auth/jwt-authenticator.ts'
import { configurationOf } from '@reprise/core/configuration.ts'

/** The ceiling of HTTP: the same parsing, token check and answers, and nothing in between. */
const configuration = configurationOf(process.env)
const authenticate = await createJwtAuthenticator(configuration)
const app = express()
app.disable('x-powered-by')
app.set('etag', false)
app.get('/readyz', (_request, response) => void response.json({ status: 'ready' }))

const answer = {
  playlistId: '0192f0aa-0000-7000-8000-000000000001',
  version: 7,
  items: ['q7VxY2mBn0K4.0'],
  alreadyGone: [],
}
const position = 'AXBsYXlsaXN0LWV2ZW50cwABAAAAAAAAJxA'

app.post('/v1/playlists/:playlistId/edits', express.json(), async (request, response) => {
  await authenticate(request.headers.authorization)
  response
    .set('Idempotency-Key', request.get('idempotency-key'))
    .set('ETag', '"7"')
    .set('Reprise-Position', position)
  response.json(answer)
})

app.post('/v1/commands', async (request, response) => {
  await authenticate(request.headers.authorization)
  response.type('application/x-ndjson')
  let nth = 0
  for await (const line of createInterface({ input: request })) {
    const { idempotencyKey } = JSON.parse(line) as { idempotencyKey: string }
    const text = JSON.stringify({
      line: ++nth,
      status: 200,
      idempotencyKey,
      etag: '"7"',
      position,
      body: answer,
    })
    if (!response.write(`${text}\n`)) await new Promise((resolve) => response.once('drain', resolve))
  }
  response.end()
})

app.listen(configuration.commandPort, '127.0.0.1')
process.once('SIGTERM', () => process.exit(0))
