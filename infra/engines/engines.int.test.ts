import { expect, test } from '@jest/globals'
import { statusOf } from '../status-of.ts'
import { engines } from '../parts.ts'
import { askHttp } from '../supervise/ask-http.ts'

/** How long an engine may take to answer. */
const patienceMs = 60_000

test('every engine answers from the state directory that the tests are told', async () => {
  const reports = await statusOf({ parts: engines, timeoutMs: patienceMs })
  expect(reports.map(({ name, state }) => `${name} ${state}`)).toEqual([
    'kafka ready',
    'registry ready',
    'cassandra ready',
    'opensearch ready',
    'postgres ready',
    'connect ready',
  ])
})

test('the registry refuses what is not fully and transitively compatible, by default', async () => {
  const body = await askHttp(`${process.env.REPRISE_REGISTRY}/config`, AbortSignal.timeout(patienceMs))
  expect(JSON.parse(body)).toEqual({ compatibilityLevel: 'FULL_TRANSITIVE' })
})

test('OpenSearch makes no index that nobody declared', async () => {
  const response = await fetch(`${process.env.REPRISE_OPENSEARCH}/undeclared/_doc/1`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: '{"a":1}',
  })
  expect(response.status).toBe(404)
})

test('Connect has Debezium for PostgreSQL, and its converter to Avro can be loaded', async () => {
  const url = `${process.env.REPRISE_CONNECT}/connector-plugins`
  const body = await askHttp(url, AbortSignal.timeout(patienceMs))
  expect(body).toContain('io.debezium.connector.postgresql.PostgresConnector')
  expect(await converterError('io.apicurio.registry.utils.converter.AvroConverter')).toEqual([])
  expect(await converterError('io.apicurio.Absent')).toHaveLength(1)
}, 240_000)

type Validation = {
  readonly configs: readonly {
    readonly value: { readonly name: string; readonly errors: readonly string[] }
  }[]
}

/** What Connect has against a converter in a connector's configuration. */
async function converterError(converter: string): Promise<readonly string[]> {
  const name = 'io.debezium.connector.postgresql.PostgresConnector'
  const body = await askHttp(
    `${process.env.REPRISE_CONNECT}/connector-plugins/${name}/config/validate`,
    AbortSignal.timeout(patienceMs),
    {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'tried', 'connector.class': name, 'value.converter': converter }),
    },
  )
  const { configs } = JSON.parse(body) as Validation
  return configs.find(({ value }) => value.name === 'value.converter')?.value.errors ?? []
}
