import { expect, test } from '@jest/globals'
import { createInMemoryRowStore } from '@reprise/adapters/in-memory/row-store.in-memory.ts'
import { snapshotStoreContract } from './snapshot-store.contract.ts'
import { daysBackFrom } from './snapshot-tables.ts'

snapshotStoreContract('in memory', () => Promise.resolve(createInMemoryRowStore()))

test('most of a day its ids and those of the day before are looked for, around midnight those of a third', () => {
  const days = (hours: number) => {
    const now = Date.UTC(2026, 10, 23) + hours * 3_600_000
    return daysBackFrom(now).map((day) => new Date(day).getUTCDate())
  }
  expect(days(0)).toEqual([23, 22])
  expect(days(23.9)).toEqual([23, 22])
  expect(days(23.99)).toEqual([24, 23, 22])
})
