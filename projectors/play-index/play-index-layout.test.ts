import { expect, test } from '@jest/globals'
import { createInMemoryRowStore } from '@reprise/adapters/in-memory/row-store.in-memory.ts'
import { bucketsPerHour, chunkWriteOf, placeOf, playIndexTable, playsOf } from './play-index-layout.ts'

const place = { hour: 480_000, bucket: 7 }
const short = chunkWriteOf(3, { ...place, plays: ['a', 100, 'b', 120] })
const long = chunkWriteOf(3, { ...place, plays: ['a', 100, 'b', 120, 'c', 180] })

test.each([
  ['in order', [short, long]],
  ['the other way round, by who lost the partition', [long, short]],
])(
  'of chunks that begin with the same play the one that goes further stays: written %s',
  async (_how, writes) => {
    const store = createInMemoryRowStore()
    await store.ensure(playIndexTable)
    for (const write of writes) await store.writeTogether(playIndexTable, [write])
    const rows = await store.read(playIndexTable, { partition: { partition_: 3, hour: 480_000 }, in: [7] })
    expect(rows.map(playsOf)).toEqual([['a', 100, 'b', 120, 'c', 180]])
  },
)

test('a play stands in the hour of its start, and every identity has a bucket, even one that is no UUID', () => {
  const placeAt = (identity: string) => placeOf({ data: { identity, startedAt: 7_200_000 } as never })
  expect(placeAt('018f0000-0000-7000-8000-0000000003ff')).toEqual({ hour: 2, bucket: 1_023 })
  for (const identity of ['', 'x', 'né', 'x-1f', '018f0000-0000-7000-8000-000000000fff']) {
    const { bucket } = placeAt(identity)
    expect(bucket).toBeGreaterThanOrEqual(0)
    expect(bucket).toBeLessThan(bucketsPerHour)
  }
})
