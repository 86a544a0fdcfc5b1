import { expect, test } from '@jest/globals'
import { createInMemoryLog } from '@reprise/adapters/in-memory/log.in-memory.ts'
import { columns, int, text } from '@reprise/core/columns.ts'
import type { RecordedEvent } from '@reprise/core/event.ts'
import {
  type AnyProjection,
  cassandraPages,
  cassandraTable,
  partialCount,
  projection,
  quarantineKey,
} from '@reprise/core/projection.ts'
import { codec } from '@reprise/projectors/testing/codec.ts'
import { createHistoryWriter } from '@reprise/projectors/testing/history-writer.ts'
import { tryProjection } from './try-projection.ts'

const partitions = 2
const common = {
  name: 'tried',
  version: 1,
  from: 'library-events',
  onFailure: quarantineKey({ attempts: 3 }),
} as const
const nothing: number | undefined = undefined
/** What a track is worth; some can't be stored. */
const worthOf = (trackId: string) =>
  ({ nan: NaN, half: 0.5, none: nothing as unknown as number })[trackId] ?? 1
const keyOf = ({ meta, data }: RecordedEvent) => ({
  userId: 'trackId' in data && data.trackId === 'keyless' ? '' : meta.streamId,
})
const thrown = (trackId: string) => {
  if (trackId === 'thrown') throw new Error('no such track')
}

const inRows = projection({
  ...common,
  row: columns({ userId: text(), worth: int() }),
  store: cassandraTable({ partitionKey: ['userId'] }),
  key: keyOf,
  on: {
    TrackLiked: (row, { meta, data: { trackId } }) => {
      thrown(trackId)
      return { userId: meta.streamId, worth: (row?.worth ?? 0) + worthOf(trackId) }
    },
  },
})
const inPages = projection({
  ...common,
  row: columns({ worth: int() }),
  store: cassandraPages({ partitionKey: 'userId' }),
  key: keyOf,
  on: {
    TrackLiked: (list, { data: { trackId } }) => {
      thrown(trackId)
      list.insert(0, { worth: worthOf(trackId) })
    },
  },
})
const inCounts = projection({
  ...common,
  row: columns({ worth: int() }),
  store: partialCount({ partitionKey: 'userId', clustering: 'day' }),
  key: (event) => ({ ...keyOf(event), day: 'all' }),
  on: {
    TrackLiked: ({ data: { trackId } }) => {
      thrown(trackId)
      return [{ slot: 'all', add: { worth: worthOf(trackId) } }]
    },
  },
})

const tried = (declared: AnyProjection, tracks: readonly string[], users = ['ann']) => {
  const log = createInMemoryLog({ partitions })
  const { append } = createHistoryWriter(log, 'library-events', partitions)
  for (const user of users)
    for (const trackId of tracks) append(user, { type: 'TrackLiked', data: { trackId } })
  return { log, run: () => tryProjection(declared, { log, codec, last: 1_000 }) }
}

test.each<readonly [string, AnyProjection, unknown]>([
  ['rows', inRows, [{ userId: 'ann', worth: 2 }]],
  ['pages', inPages, [{ userId: 'ann', items: [{ worth: 1 }, { worth: 1 }] }]],
  ['counts', inCounts, [{ userId: 'ann', day: 'all', slot: 'all', worth: 2 }]],
])('what can not be applied is named, and the rest is shown: %s', async (_kind, declared, rows) => {
  const bad = ['nan', 'half', 'thrown', 'keyless']
  const { failed, ...outcome } = await tried(declared, ['a', ...bad, 'b']).run()
  expect(outcome).toMatchObject({ records: 6, accepted: 6, rows })
  expect(failed.map(({ reason }) => reason).sort()).toEqual([
    'no such track',
    expect.stringMatching(/^tried: column worth can't hold \d?\.5, /),
    expect.stringMatching(/^tried: column worth can't hold NaN, /),
    expect.stringMatching(/^tried: key userId can't hold "", /),
  ])
})

test('so is a record that can not be read', async () => {
  const { log, run } = tried(inRows, ['a'])
  const at = [0, 1].find((partition) => log.recordsOf('library-events', partition).length > 0) ?? 0
  const previous = log.recordsOf('library-events', at)[0]?.eventId ?? ''
  const headers = { ce_id: 'odd', ce_type: 'TrackLiked', previous }
  log.appendAsStranger('library-events', [
    { partition: at, key: 'ann', value: Buffer.from('nonsense'), headers },
  ])
  const { rows, failed } = await run()
  expect(rows).toEqual([{ userId: 'ann', worth: 1 }])
  expect(failed).toEqual([
    { type: 'TrackLiked', eventId: 'odd', reason: expect.stringContaining("can't be read") },
  ])
})

test('a key that several partitions feed gives no rows at all, which would be wrong', async () => {
  const perTrack = projection({
    ...common,
    row: columns({ trackId: text() }),
    store: cassandraTable({ partitionKey: ['trackId'] }),
    key: ({ data }) => ('trackId' in data ? { trackId: data.trackId } : []),
    on: { TrackLiked: (_row, { data }) => ({ trackId: data.trackId }) },
  })
  const { run } = tried(
    perTrack,
    ['a'],
    Array.from({ length: 20 }, (_, nth) => `user-${nth}`),
  )
  await expect(run()).rejects.toThrow(/trackId \["a"\] stand in partitions .* add up with partialCount/)
})
