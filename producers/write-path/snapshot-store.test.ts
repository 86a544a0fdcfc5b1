import { expect, test } from '@jest/globals'
import { createInMemoryRowStore } from '@reprise/adapters/in-memory/row-store.in-memory.ts'
import { createPackedAnswers } from './packed-answers.ts'
import { snapshotStoreContract } from './snapshot-store.contract.ts'
import { createSnapshotStore } from './snapshot-store.ts'
import { daysBackFrom } from './snapshot-tables.ts'

snapshotStoreContract('in memory', () => Promise.resolve(createInMemoryRowStore()))

test.each([
  ['small answers', 100, [50, 50, 20]],
  ['large answers', 100_000, [2, 2, 1]],
  ['answers that are too large together', 500_000, [1, 1]],
])('%s of one bucket are stored in batches that are bounded in bytes', async (_, length, expected) => {
  const batches: number[] = []
  const inMemory = createInMemoryRowStore()
  const rows: typeof inMemory = {
    ...inMemory,
    writeTogether: (table, writes) => {
      if (table.name.includes('_ids_')) batches.push(writes.length)
      return inMemory.writeTogether(table, writes)
    },
  }
  const codec = { version: 1, toJson: String, fromJson: String, bytesOf: () => 1 }
  const now = () => 1_000
  const topic = 'playlist-events'
  const store = createSnapshotStore<string, object>({ topic, codec, rows, incarnation: 'c', now })
  const packed = createPackedAnswers<object>()
  for (let nth = 0; nth < expected.reduce((sum, each) => sum + each); nth++)
    packed.add(`ab${nth}`, 1_000, { bodyHash: '', version: 1, offset: nth, report: ['x'.repeat(length)] })
  const recent = { offset: 0, recordedAt: 0 }
  const mark = { offset: 9, lastAcceptedId: '', recordedAt: 0, recent, unreadable: [] }
  await store.readMark(1)
  await store.write(1, { states: new Map(), answers: packed.cut(), mark, isUrgent: true })
  expect(batches).toEqual(expected)
})

test('most of a day its ids and those of the day before are looked for, around midnight those of a third', () => {
  const days = (hours: number) => {
    const now = Date.UTC(2026, 10, 23) + hours * 3_600_000
    return daysBackFrom(now).map((day) => new Date(day).getUTCDate())
  }
  expect(days(0)).toEqual([23, 22])
  expect(days(23.9)).toEqual([23, 22])
  expect(days(23.99)).toEqual([24, 23, 22])
})
