import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { v5 as uuidv5 } from 'uuid'
import { createInMemoryRowStore } from '@reprise/adapters/in-memory/row-store.in-memory.ts'
import type { RowWrite } from '@reprise/core/ports/row-store.port.ts'
import { createPackedAnswers } from './packed-answers.ts'
import { snapshotStoreContract } from './snapshot-store.contract.ts'
import { createSnapshotStore } from './snapshot-store.ts'
import { daysBackFrom, isTimely, slotOf, timelyMoments } from './snapshot-tables.ts'
import { createStoredAnswers } from './stored-answers.ts'

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

const minute = 60_000
const day = 24 * 60 * minute

test('where a timely id was stored, it is looked for: in one slot or two, and at no time that cannot be', () => {
  const time = fc.integer({ min: 19_000 * day, max: 21_000 * day })
  fc.assert(
    fc.property(time, fc.integer({ min: -minute, max: minute }), fc.nat(day), (at, off, later) => {
      expect(isTimely(at + off, at)).toBe(true)
      const moments = timelyMoments(at + off, at + later)
      const placeOf = (moment: number) => `${Math.floor(moment / day)} ${slotOf(moment)}`
      expect(moments.map(placeOf)).toContain(placeOf(at))
      expect(new Set(moments.map(placeOf)).size).toBe(moments.length)
      for (const moment of moments) {
        expect(moment).toBeGreaterThanOrEqual(at + later - day)
        expect(moment).toBeLessThanOrEqual(at + later + 2 * minute)
      }
    }),
  )
  expect(timelyMoments(0, 20_000 * day)).toEqual([])
  expect(timelyMoments(20_002 * day, 20_000 * day)).toEqual([])
  expect(isTimely(undefined, 0)).toBe(false)
  expect(isTimely(minute + 1, 0)).toBe(false)
})

test('timely ids that are stored together are a few rows and batches, and one is found by reading few', async () => {
  const inMemory = createInMemoryRowStore()
  const batches: (readonly RowWrite[])[] = []
  let read = 0
  const rows: typeof inMemory = {
    ...inMemory,
    writeTogether: (table, writes) => (batches.push(writes), inMemory.writeTogether(table, writes)),
    read: async (table, query) => {
      const found = await inMemory.read(table, query)
      read += found.length
      return found
    },
  }
  const idOf = (n: number) => uuidv5(`${n}`, uuidv5.URL)
  const answer = { bodyHash: '', version: 1, report: ['x'.repeat(99)] }
  const packed = createPackedAnswers<object>()
  for (let n = 0; n < 20_000; n++) packed.add(idOf(n), n, { ...answer, offset: n }, true)
  const stored = createStoredAnswers({ topic: 'playlist-events', rows, now: () => 20_000 })
  await stored.write(1, packed.cut(), 4)
  expect(batches.flat().length).toBe(1_024)
  expect(batches.length).toBeLessThan(30)
  expect(await stored.find(1, idOf(7_777), 7_777)).toEqual({ ...answer, offset: 7_777 })
  expect(read).toBe(1)
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
