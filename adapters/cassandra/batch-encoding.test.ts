import { createRequire } from 'node:module'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type FrameClass, oneBufferFrames, preparedOnce } from './batch-encoding.ts'

type WholeFrame = InstanceType<FrameClass> & {
  writeByte(value: number): void
  writeBytes(bytes: Buffer | null): void
  writeShortBytes(bytes: Buffer): void
  writeString(text: string): void
  writeLString(text: string): void
}
type Framing = new (opcode: number) => WholeFrame

const require = createRequire(import.meta.url)
const { FrameWriter } = require('cassandra-driver/lib/writers.js') as { FrameWriter: Framing }
const OneBuffer = oneBufferFrames(FrameWriter) as Framing
const batch = 13

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 50 }),
  // More than there is room for at first, and than twice that.
  fc.constantFrom(65_000, 65_537, 200_000).map((length) => new Uint8Array(length).fill(7)),
)
const part = fc.oneof(
  fc.nat(255).map((value) => (frame: WholeFrame) => frame.writeByte(value)),
  fc.nat(65_535).map((value) => (frame: WholeFrame) => frame.writeShort(value)),
  fc.integer().map((value) => (frame: WholeFrame) => frame.writeInt(value)),
  fc.option(bytes).map((some) => (frame: WholeFrame) => frame.writeBytes(some && Buffer.from(some))),
  fc
    .uint8Array({ maxLength: 50 })
    .map((some) => (frame: WholeFrame) => frame.writeShortBytes(Buffer.from(some))),
  fc.string({ unit: 'grapheme' }).map((text) => (frame: WholeFrame) => frame.writeString(text)),
  fc.string({ unit: 'grapheme' }).map((text) => (frame: WholeFrame) => frame.writeLString(text)),
)
type Part = (frame: WholeFrame) => void
const frameOf = (Frame: Framing, parts: readonly Part[], version = 4): Buffer => {
  const frame = new Frame(batch)
  for (const write of parts) write(frame)
  return frame.write(version, 5, 0)
}

describe('a frame in one buffer', () => {
  test('has the same bytes as one of the driver', () => {
    fc.assert(
      fc.property(fc.array(part), fc.constantFrom(2, 4, 5), (parts, version) => {
        expect(frameOf(OneBuffer, parts, version).equals(frameOf(FrameWriter, parts, version))).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  test('is not changed by the next one', () => {
    const [first, second] = [1, 2].map((value) => [(frame: WholeFrame) => frame.writeInt(value)])
    const frame = frameOf(OneBuffer, first ?? [])
    frameOf(OneBuffer, second ?? [])
    expect(frame.equals(frameOf(FrameWriter, first ?? []))).toBe(true)
  })

  test('is given up for the next one where it could not be written', () => {
    const broken = new OneBuffer(batch)
    broken.writeInt(1)
    expect(() => broken.writeInt(2 ** 40)).toThrow('out of range')
    const parts = [(frame: WholeFrame) => frame.writeString('whole')]
    expect(frameOf(OneBuffer, parts).equals(frameOf(FrameWriter, parts))).toBe(true)
    expect(() => broken.writeInt(3)).toThrow('begun before')
  })
})

describe('the queries of a batch', () => {
  const prepared = { queryId: Buffer.from('id'), meta: { columns: [] } }
  const asked: string[] = []
  const prepare = preparedOnce({
    getPrepared: (_client, _policy, query) => {
      asked.push(query)
      return Promise.resolve(prepared)
    },
    getPreparedMultiple: () => Promise.reject(new Error('left to the driver')),
  })
  const ask = (queries: readonly object[]) => prepare({}, {}, queries as never, 'keyspace')

  test('are prepared once where they are the same', async () => {
    asked.length = 0
    const rows = [
      { query: 'insert', params: [1] },
      { query: 'insert', params: [2] },
    ] as const
    expect(await ask(rows)).toEqual(rows.map((row) => ({ ...row, ...prepared })))
    expect(asked).toEqual(['insert'])
  })

  test.each([
    [
      'differ',
      [
        { query: 'insert', params: [] },
        { query: 'update', params: [] },
      ],
    ],
    ['have named parameters', [{ query: 'insert', params: { id: 1 } }]],
    ['are no text', [{ query: 1, params: [] }]],
    ['are none', []],
  ])('are left to the driver where they %s', async (_case, queries) => {
    await expect(ask(queries)).rejects.toThrow('left to the driver')
  })
})
