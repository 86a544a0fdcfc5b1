import { expect, test } from '@jest/globals'
import type { StoredRecord } from '@reprise/core/ports/log.port.ts'
import { acceptedTail } from './accepted-tail.ts'

const record = (eventId: string, previous: string): StoredRecord => ({
  offset: 0,
  key: 'key',
  value: Buffer.alloc(0),
  eventId,
  eventType: 'Type',
  previous,
  recordedAt: 0,
})
const idsOf = (records: readonly StoredRecord[]) => acceptedTail(records).map(({ eventId }) => eventId)

test('superseded records are left out, also where the tail begins with some', () => {
  const zombie = [record('z1', 'a0'), record('z2', 'z1')]
  expect(
    idsOf([
      ...zombie,
      record('a2', 'a1'),
      record('a3', 'a2'),
      record('z3', 'z2'),
      record('a4', 'a3'),
      record('a5', 'a4'),
    ]),
  ).toEqual(['a2', 'a3', 'a4', 'a5'])
})

test('an empty tail has none', () => expect(acceptedTail([])).toEqual([]))
