import { expect, test } from '@jest/globals'
import type { StoredRecord } from '@reprise/core/ports/log.port.ts'
import { createDecodedLast } from './decoded-last.ts'

const decodedRecord = (bytes: number): StoredRecord =>
  ({ value: Buffer.alloc(bytes), decoded: { type: 'TrackLiked', value: {} } }) as unknown as StoredRecord

const remembering = (recordsMax: number, bytesMax: number, sizes: readonly number[]) => {
  const last = createDecodedLast(recordsMax, bytesMax)
  const records = sizes.map(decodedRecord)
  for (const record of records) last.add(record)
  return records.map(({ decoded }) => decoded !== undefined)
}

test('the last ones keep what they were decoded to, so many of them', () => {
  expect(remembering(3, 1_000, [1, 1, 1, 1, 1])).toEqual([false, false, true, true, true])
})

test('and so many bytes, but always the last one', () => {
  expect(remembering(10, 100, [40, 40, 40, 40])).toEqual([false, false, true, true])
  expect(remembering(10, 100, [40, 500])).toEqual([false, true])
  expect(remembering(10, 100, [500, 40, 40])).toEqual([false, true, true])
})
