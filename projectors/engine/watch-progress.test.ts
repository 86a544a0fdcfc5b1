import { expect, test } from '@jest/globals'
import { createInMemoryLog } from '@reprise/adapters/in-memory/log.in-memory.ts'
import { createInMemoryStores } from '@reprise/adapters/in-memory/stores.in-memory.ts'
import type { StoredRecord } from '@reprise/core/ports/log.port.ts'
import type { RowStore } from '@reprise/core/ports/row-store.port.ts'
import { quiet } from '@reprise/core/quiet-logger.ts'
import { listeningHistory } from '../listening-history.projection.ts'
import { projectionsRoutes } from '../projections.routes.ts'
import { codec } from '../testing/codec.ts'
import { createHistoryWriter } from '../testing/history-writer.ts'
import { contentsOf, until } from '../testing/in-memory-run.ts'
import { playOf } from '../testing/playback-history.ts'
import { createMeasures } from './measures.ts'
import { projectionStatusOf, type StatusParts } from './projection-status.ts'
import { runAll, type RunAllOptions } from './run-all.ts'

const partitions = 2
const play = { type: 'TrackPlayed', data: playOf('one') } as const

const start = async (options: Partial<RunAllOptions> = {}) => {
  const log = createInMemoryLog({ partitions })
  const writer = createHistoryWriter(log, 'playback-events', partitions)
  const stores = createInMemoryStores()
  const run = await runAll([listeningHistory], { log, codec, logger: quiet, stores, ...options })
  return { log, writer, stores, run }
}

const historyIn = async ({ run }: Awaited<ReturnType<typeof start>>) =>
  (await run.look()).find(({ name }) => name === 'listening-history')

test('the status says where each partition is, and operators alone may ask', async () => {
  const started = await start()
  const { run, writer } = started
  writer.append('listener', play)
  await until(
    async () => (await historyIn(started))?.partitions.some(({ watermark }) => watermark === 1) ?? false,
  )
  expect(await historyIn(started)).toMatchObject({
    version: 2,
    state: 'running',
    lagEvents: 0,
    lagSeconds: 0,
    quarantined: 0,
  })
  expect(run.unwell()).toBeUndefined()

  const ask = (roles: readonly string[]) =>
    projectionsRoutes(run.look)[0]?.handle({
      method: 'GET',
      params: {},
      headers: {},
      body: undefined,
      caller: { userId: 'user-1', roles },
    })
  expect(await ask(['operator'])).toMatchObject({
    status: 200,
    body: { projections: [{ name: 'play-index' }, {}] },
  })
  await expect(ask(['analyst'])).rejects.toMatchObject({ code: 'forbidden' })
  await run.close()
})

test('a write that never ends is noticed, and done again by another reader', async () => {
  const { rows, documents } = createInMemoryStores()
  let hanging = 1
  const hangs: RowStore = {
    ...rows,
    writeTogether: (table, writes) =>
      table.name === 'listening_history_v2' && hanging-- > 0
        ? new Promise(() => undefined)
        : rows.writeTogether(table, writes),
  }
  const stores = { rows: hangs, documents }
  const started = await start({ stores, stalledMs: 150 })
  started.writer.append('listener', play)
  await until(() => contentsOf(listeningHistory, { ...started.stores, rows }).length === 1)
  await until(async () => (await historyIn(started))?.state === 'running')
  expect((await historyIn(started))?.readerReplacements).toBeGreaterThan(0)
  await started.run.close()
})

const createClocked = () => {
  const clock = { now: 1_000_000 }
  const measures = createMeasures(
    { name: 'song-counts', version: 1, topic: 'playback-events' },
    () => clock.now,
  )
  return { clock, measures }
}

const partsAt = (now: number, changes: Partial<StatusParts> = {}): StatusParts => {
  const { measures } = createClocked()
  measures.applied(0, 10)
  measures.assigned([0])
  const follower = { name: 'projection song-counts v1', state: 'running' } as const
  const common = { readerReplacements: 0, caughtUpAt: new Map<number, number>(), stalledMs: 60_000, now }
  return { measures, follower, ends: [12], ...common, ...changes }
}

test('who has nothing to read does not stand still, and who waits for a store is not stalled', () => {
  expect(projectionStatusOf(partsAt(1_050_000)).state).toBe('running')
  expect(projectionStatusOf(partsAt(1_070_000))).toMatchObject({
    state: 'stalled',
    reason: 'song-counts makes no progress: partition 0 stands at 10 of 12 for 70 s',
    lagEvents: 2,
  })
  expect(projectionStatusOf(partsAt(9_000_000, { ends: [10] })).state).toBe('running')
  const waiting = { name: 'it', state: 'waiting', reason: 'the store is away' } as const
  expect(projectionStatusOf(partsAt(9_000_000, { follower: waiting }))).toMatchObject({ state: 'waiting' })
})

test('a partition of which nothing is in hand may wait for its turn while another one moves', () => {
  const { clock, measures } = createClocked()
  const parts = partsAt(1_070_000, { measures, ends: [10, 10] })
  const record = { offset: 3, recordedAt: 0 } as StoredRecord
  measures.assigned([0, 1])
  for (const partition of [0, 1]) measures.began(partition)
  clock.now = 1_050_000
  measures.stored(1, 2)
  expect(projectionStatusOf(parts).state).toBe('running')
  expect(projectionStatusOf({ ...parts, now: 1_111_000 }).state).toBe('stalled')
  // However long it has waited: what it is given now can't be done already.
  measures.took(0, [record])
  expect(projectionStatusOf(parts).state).toBe('running')
  clock.now = 1_100_000
  measures.took(0, [{ ...record, offset: 4 }])
  measures.stored(1, 4)
  const later = { ...parts, now: 1_120_000 }
  expect(projectionStatusOf(later)).toMatchObject({
    reason: 'song-counts makes no progress: partition 0 stands at 0 of 10 for 70 s',
  })
  // It begins anew, and what was in hand isn't any more.
  measures.began(0)
  expect(projectionStatusOf(later).state).toBe('running')
})

test('what is stored in parts moves with each of them', () => {
  const { clock, measures } = createClocked()
  measures.assigned([0])
  measures.took(0, [{ offset: 3, recordedAt: 0 } as StoredRecord])
  const parts = partsAt(1_070_000, { measures, ends: [10] })
  expect(projectionStatusOf(parts).state).toBe('stalled')
  clock.now = 1_050_000
  measures.moved(0)
  expect(projectionStatusOf(parts).state).toBe('running')
  expect(projectionStatusOf({ ...parts, now: 1_111_000 }).state).toBe('stalled')
})

test('an hour of silence is not an hour behind', () => {
  const caughtUpAt = new Map([[0, 4_599_000]])
  expect(projectionStatusOf(partsAt(4_600_000, { caughtUpAt })).lagSeconds).toBe(1)
  expect(projectionStatusOf(partsAt(4_600_000)).lagSeconds).toBeUndefined()
})
