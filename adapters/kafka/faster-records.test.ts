import { createRequire } from 'node:module'
import { isDeepStrictEqual } from 'node:util'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type BatchContext, decodeRecord } from './record-decoding.ts'
import { encodeRecord, type EncodedRecord, type RecordFields } from './record-encoding.ts'

const require = createRequire(import.meta.url)
const path = 'kafkajs/src/protocol/recordBatch/record/v0'
const kafkajsEncode = require(`${path}/index.js`) as (fields: RecordFields) => EncodedRecord
const decodeBytes = require(`${path}/decoder.js`) as (decoder: unknown, context: BatchContext) => AsBytes
type Bytes = Buffer | null
type AsBytes = { readonly key: Bytes; readonly headers: Readonly<Record<string, Bytes | readonly Bytes[]>> }
/** Where a header's name is one that every object has, kafkajs takes that for the first of its values. */
const textOf = (some: Bytes): unknown => (Buffer.isBuffer(some) ? some.toString('utf8') : some)
/** As kafkajs reads a record, with key and headers as text. */
const kafkajsDecode = (decoder: unknown, batch: BatchContext): unknown => {
  const { key, headers, ...rest } = decodeBytes(decoder, batch)
  const texts = Object.entries(headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.map(textOf) : textOf(value as Bytes),
  ])
  return { ...rest, key: textOf(key), headers: Object.fromEntries(texts) as unknown }
}
const Decoder = require('kafkajs/src/protocol/decoder.js') as new (buffer: Buffer) => {
  readonly readVarIntBytes: () => Buffer
}

const bytesOfV = Buffer.from('v')
const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.uuid())
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array)),
  fc.constantFrom(63, 64, 8_191, 8_192, 600_000).map((length) => Buffer.alloc(length, 7)),
)
const fields = fc.record({
  offsetDelta: fc.nat(70_000),
  timestampDelta: fc.oneof(fc.nat(), fc.nat(2 ** 30 - 1)),
  key: text,
  value: bytes,
  headers: fc.dictionary(text, text, { maxKeys: 5 }),
})
const context = fc.record({
  firstOffset: fc.nat().map((offset) => String(offset * 1_000)),
  firstTimestamp: fc.constantFrom('0', '1763740800000'),
  maxTimestamp: fc.constant('1763740900000'),
  timestampType: fc.constantFrom(0, 1),
  magicByte: fc.constant(2),
  isControlBatch: fc.boolean(),
})
/** Without the length that stands before a record. */
const bodyOf = (encoded: Buffer): Buffer => new Decoder(encoded).readVarIntBytes()

describe('records on the wire', () => {
  test('are the same bytes as those of kafkajs', () => {
    fc.assert(
      fc.property(fields, (record) => {
        const ours = encodeRecord(record)
        if (record.timestampDelta >= 2 ** 30) expect(ours).toBeUndefined()
        else expect(ours?.buffer.equals(kafkajsEncode(record).buffer)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  test('are left to kafkajs where ours never are so', () => {
    const value = Buffer.from('v')
    expect(encodeRecord({ value })).toBeUndefined()
    expect(encodeRecord({ key: 'k', value: null })).toBeUndefined()
    expect(encodeRecord({ key: 'k', value, headers: { a: Buffer.from('b') } })).toBeUndefined()
    expect(encodeRecord({ key: 'k', value, timestampDelta: -1 })).toBeUndefined()
  })

  test('are read as kafkajs reads them', () => {
    fc.assert(
      fc.property(fields, context, (record, batch) => {
        const body = bodyOf(kafkajsEncode(record).buffer)
        // Jest compares buffers byte by byte.
        expect(isDeepStrictEqual(decodeRecord(body, batch), kafkajsDecode(new Decoder(body), batch))).toBe(
          true,
        )
      }),
      { numRuns: 500 },
    )
  })

  test('are read as kafkajs reads them with a header of any name', () => {
    const batch = { firstOffset: '5', firstTimestamp: '1', maxTimestamp: '9', timestampType: 0 }
    for (const name of ['__proto__', 'constructor', 'toString', ''])
      for (const value of ['x', ['x', 'y']]) {
        const body = bodyOf(kafkajsEncode({ key: 'k', value: bytesOfV, headers: { [name]: value } }).buffer)
        const context = { ...batch, magicByte: 2, isControlBatch: false }
        expect(
          isDeepStrictEqual(decodeRecord(body, context), kafkajsDecode(new Decoder(body), context)),
        ).toBe(true)
      }
  })

  test('are read as kafkajs reads them without key and value, and with a header given twice', () => {
    const batch = { firstOffset: '5', firstTimestamp: '1', maxTimestamp: '9', timestampType: 0 }
    const twice = { key: null, value: null, headers: { a: ['1', '2', '3'], b: '' }, timestampDelta: -4 }
    const body = bodyOf(kafkajsEncode(twice).buffer)
    const whole = { ...batch, magicByte: 2, isControlBatch: false }
    expect(decodeRecord(body, whole)).toEqual(kafkajsDecode(new Decoder(body), whole))
    expect(() => decodeRecord(body.subarray(0, 3), whole)).toThrow('too early')
  })
})
