import { describe, expect, test } from '@jest/globals'
import type { AvroDefinition } from './avro-files.ts'
import { createCodec, schemaIdOf, Undecodable, UnknownSchema } from './codec.ts'

const first: AvroDefinition = { type: 'record', name: 'Thing', fields: [{ name: 'id', type: 'string' }] }
const second: AvroDefinition = {
  type: 'record',
  name: 'Thing',
  fields: [
    { name: 'id', type: 'string' },
    { name: 'size', type: 'int', default: 7 },
    { name: 'micros', type: ['null', { type: 'long', bigint: true }], default: null },
  ],
}
const codecOf = (schema: AvroDefinition, id: number) => {
  const codec = createCodec([schema])
  codec.learnOwn('Thing', id)
  return codec
}

describe('the codec', () => {
  test('writes Confluent wire format and reads it back', () => {
    const bytes = codecOf(first, 258).encode('Thing', { id: 'a' })
    expect([...bytes]).toEqual([0, 0, 0, 1, 2, 2, 97])
    expect(schemaIdOf(bytes)).toBe(258)
    expect(codecOf(first, 258).decode(bytes)).toEqual({ type: 'Thing', value: { id: 'a' } })
  })

  test("an old writer's value arrives in the newest shape, with defaults", () => {
    const reader = codecOf(second, 2)
    reader.learn(1, first)
    expect(reader.decode(codecOf(first, 1).encode('Thing', { id: 'a' })).value).toEqual({
      id: 'a',
      size: 7,
      micros: null,
    })
  })

  test('a newer writer is read by an older reader', () => {
    const reader = codecOf(first, 1)
    reader.learn(2, second)
    expect(reader.decode(codecOf(second, 2).encode('Thing', { id: 'a', size: 1, micros: 5n })).value).toEqual(
      { id: 'a' },
    )
  })

  test('a long marked bigint is exact past 2^53, also from a writer that did not mark it', () => {
    const value = { id: 'a', size: 1, micros: 2n ** 62n + 1n }
    const codec = codecOf(second, 2)
    const bytes = codec.encode('Thing', value)
    expect(codec.decode(bytes).value).toEqual(value)
    const plain: AvroDefinition = {
      ...second,
      fields: [...(second.fields ?? []).slice(0, 2), { name: 'micros', type: ['null', 'long'] }],
    }
    const reader = createCodec([second])
    reader.learn(3, plain)
    const copy = Buffer.from(bytes)
    copy.writeInt32BE(3, 1)
    expect(reader.decode(copy).value).toEqual(value)
  })

  test('a type that this code does not know is read as it was written', () => {
    const codec = createCodec([])
    codec.learn(1, first)
    expect(codec.decode(codecOf(first, 1).encode('Thing', { id: 'a' }))).toEqual({
      type: 'Thing',
      value: { id: 'a' },
    })
  })

  test('an unlearned schema, foreign bytes and torn values have errors of their own', () => {
    const codec = codecOf(first, 1)
    expect(() => codec.decode(Buffer.from([0, 0, 0, 0, 9, 2, 97]))).toThrow(UnknownSchema)
    expect(() => codec.decode(Buffer.from('{"id":"a"}'))).toThrow(Undecodable)
    expect(() => codec.decode(Buffer.from([0, 0, 0, 0, 1, 40, 97]))).toThrow(Undecodable)
    expect(() => codec.decode(Buffer.alloc(0))).toThrow(Undecodable)
  })

  test('a value that does not fit the schema is refused when it is written', () =>
    expect(() => codecOf(first, 1).encode('Thing', { id: 1 })).toThrow())
})
