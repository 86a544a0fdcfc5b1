import { expect, test } from '@jest/globals'
import { createDiscard } from './discarded-records.ts'
import { logPieces } from './log-pieces.ts'
import type { EventCodec } from './ports/event-codec.port.ts'
import { logBytesOf, type LogRecord } from './ports/log.port.ts'

const record = (key: string, bytes: number): LogRecord => ({
  partition: 0,
  key,
  value: Buffer.alloc(bytes),
  headers: {},
})
const bytesIn = (records: readonly LogRecord[]) => records.reduce((sum, one) => sum + logBytesOf(one), 0)

test('records keep their order, no piece is more than the log takes, and a large one stands alone', () => {
  const records = [400_000, 400_000, 400_000, 2_000_000, 1].map((bytes, at) => record(`${at}`, bytes))
  expect(logPieces(records).map((piece) => piece.map(({ key }) => key))).toEqual([
    ['0', '1'],
    ['2'],
    ['3'],
    ['4'],
  ])
  expect(logPieces([])).toEqual([])
})

test('verdicts on any number of records reach the log', async () => {
  const pieces: (readonly LogRecord[])[] = []
  const append = (records: readonly LogRecord[]) => {
    pieces.push(records)
    return Promise.resolve(new Map<number, number>())
  }
  const discard = createDiscard({
    topic: 'playlist-events',
    reason: 'superseded',
    codec: { encode: () => Buffer.alloc(60) } as unknown as EventCodec,
    appender: { append },
    partitions: 1,
  })
  const discarded = Array.from({ length: 20_000 }, (_, offset) => ({ offset, eventId: `event-${offset}` }))
  await discard(0, discarded)
  expect(pieces.flat().map(({ key }) => key)).toEqual(
    discarded.map(({ offset }) => `playlist-events/0/${offset}`),
  )
  for (const piece of pieces) expect(bytesIn(piece)).toBeLessThan(1_000_000)
})
