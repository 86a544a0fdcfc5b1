import { expect, test } from '@jest/globals'
import { groupNameOf, type QuarantinedGroup } from '@reprise/core/quarantine.ts'
import { codec } from '../testing/codec.ts'
import { TooManyQuarantined, withStopped } from './quarantine.ts'

/** What a Kafka appender puts into one batch of a partition. */
const batchBytesMax = 900_000

/** Groups whose names have so many characters. */
const stoppedOf = (count: number, chars: number): readonly QuarantinedGroup[] =>
  Array.from({ length: count }, (_, at) => ({
    group: groupNameOf([`${at}`.padStart(chars, 'x')]),
    offset: 2 ** 50 - at,
    recordId: `record-${at}`,
    attempt: 1,
  }))

test('a thousand groups of a partition wait; with one more the projection stops', () => {
  const thousand = withStopped([], stoppedOf(1_000, 100))
  expect(thousand).toHaveLength(1_000)
  expect(() => withStopped(thousand, stoppedOf(1, 99))).toThrow(TooManyQuarantined)
  expect(withStopped(thousand, stoppedOf(1, 100))).toHaveLength(1_000)
})

test('fewer wait where their names are long, so that one record can tell of all', () => {
  const widest = withStopped([], stoppedOf(1_000, 500))
  expect(() => withStopped(widest.slice(1), stoppedOf(1, 501))).toThrow(
    /more than 500000 characters of their names/,
  )
  expect(() => withStopped([], stoppedOf(84, 6_000))).toThrow(TooManyQuarantined)
  const record = codec.encode('projection-progress', 'ProjectionProgress', {
    projection: 'x'.repeat(150),
    version: 1,
    topic: 'library-events',
    partition: 15,
    watermark: 2 ** 50,
    quarantined: widest.map(({ group, offset }) => ({ group, offset })),
  })
  expect(record.length).toBeLessThan(batchBytesMax)
})
