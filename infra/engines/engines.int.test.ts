import { expect, test } from '@jest/globals'
import { statusOf } from '../status-of.ts'
import { engines } from '../parts.ts'
import { askHttp } from '../supervise/ask-http.ts'

test('every engine answers from the state directory that the tests are told', async () => {
  const reports = await statusOf({ parts: engines })
  expect(reports.map(({ name, state }) => `${name} ${state}`)).toEqual([
    'kafka ready',
    'registry ready',
    'cassandra ready',
    'opensearch ready',
  ])
})

test('the registry refuses what is not fully and transitively compatible, by default', async () => {
  const body = await askHttp(`${process.env.REPRISE_REGISTRY}/config`, AbortSignal.timeout(5000))
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
