import { createServer } from 'node:http'
import { createConnectApi } from './connect-api.ts'
import { connectorConfigOf } from './connector-config.ts'
import { prepareDatabase } from './database.ts'
import { healthOf } from './health.ts'
import { log } from './log.ts'
import { namesOf } from './names.ts'
import { settingsOf, type Settings } from './settings.ts'
import { createSlotAccess } from './slot.ts'
import { watchConnector } from './watch-connector.ts'

/** The process that keeps the catalogue's connector alive. The connector itself runs in Kafka Connect, and goes on without us. */
const settings = read()
const names = namesOf(settings)
const stopping = new AbortController()
const seen = watchConnector(
  {
    api: createConnectApi(settings.connect, names.connector),
    config: connectorConfigOf(settings),
    prepare: () => prepareDatabase(names.database),
    slots: createSlotAccess(names.database, names.slot),
    log,
  },
  stopping.signal,
)

const server = createServer((request, response) => {
  const answer = (status: number, body: unknown): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`)
  }
  const health = healthOf(seen())
  const path = (request.url ?? '').split('?')[0]
  if (path === '/healthz') answer(200, { status: 'ok' })
  else if (path === '/readyz')
    answer(
      health.unready === null ? 200 : 503,
      health.unready === null ? { status: 'ready' } : { status: 'unready', reason: health.unready },
    )
  else if (path === '/status') answer(200, health)
  else answer(404, { status: 'unknown path' })
})

server.on('error', (error) => {
  log('error', `the port ${settings.port} can't be used: ${error.message}`)
  process.exit(1)
})
server.listen(settings.port, settings.host, () =>
  log('info', 'watching', { connector: names.connector, port: settings.port }),
)

for (const name of ['SIGTERM', 'SIGINT'] as const)
  process.once(name, () => {
    stopping.abort()
    // Nothing here is worth waiting for: the connector goes on in Connect.
    process.exit(0)
  })

function read(): Settings {
  try {
    return settingsOf(process.env)
  } catch (error) {
    log('error', (error as Error).message)
    process.exit(1)
  }
}
