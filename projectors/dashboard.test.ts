import { readFile } from 'node:fs/promises'
import { expect, test } from '@jest/globals'
import { createRequestMetrics } from '@reprise/adapters/http/request-metrics.ts'
import { createInMemoryLog } from '@reprise/adapters/in-memory/log.in-memory.ts'
import { createInMemoryStores } from '@reprise/adapters/in-memory/stores.in-memory.ts'
import { songCounts } from './song-counts.projection.ts'
import { createHistoryWriter } from './testing/history-writer.ts'
import { startInMemory } from './testing/in-memory-run.ts'
import { playOf } from './testing/playback-history.ts'

const partitions = 2

type Dashboard = {
  readonly panels: readonly { readonly targets: readonly { readonly expr: string }[] }[]
  readonly templating: { readonly list: readonly { readonly query: string }[] }
}

const queriesIn = ({ panels, templating }: Dashboard) => [
  ...panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
  ...templating.list.map(({ query }) => query),
]

/** Names of metrics, and the label names that a selector asks for. */
const metricsIn = (query: string) => query.match(/\b(?:reprise|process)_\w+/g) ?? []

test('every metric that the dashboard asks for is there once something was projected', async () => {
  const log = createInMemoryLog({ partitions })
  const stores = createInMemoryStores()
  createHistoryWriter(log, 'playback-events', partitions).append('listener', {
    type: 'TrackPlayed',
    data: playOf('one'),
  })
  const run = await startInMemory([songCounts], { log, stores })
  await run.untilApplied(songCounts)
  const metrics = createRequestMetrics('projectors', run.measure)
  metrics.observe({ method: 'GET' } as never, '/healthz', 200, 0)
  const text = await metrics.text()
  await run.close()

  const path = new URL('../infra/dashboards/reprise.json', import.meta.url)
  const asked = queriesIn(JSON.parse(await readFile(path, 'utf8')) as Dashboard).flatMap(metricsIn)
  const given = new Set(text.match(/^\w+/gm))
  expect(asked.length).toBeGreaterThan(10)
  expect(asked.filter((name) => !given.has(name))).toEqual([])
  expect(text).toContain(
    'reprise_projection_lag_events{projection="song-counts",version="1",partition="0"} 0\n',
  )
})
