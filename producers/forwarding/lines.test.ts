import { Writable } from 'node:stream'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { createLineSplitter, createLineWriter, LineTooLong } from './lines.ts'

const anyLines = fc.array(fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\n', ' ')))

describe('lines', () => {
  test('are the same however the bytes are cut', () => {
    fc.assert(
      fc.property(anyLines, fc.integer({ min: 1, max: 7 }), (lines, size) => {
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''))
        const split = createLineSplitter(1_000_000)
        const found: string[] = []
        for (let at = 0; at < bytes.length; at += size) found.push(...split(bytes.subarray(at, at + size)))
        expect(found).toEqual(lines)
      }),
    )
  })

  test('one that does not end is refused before it fills the memory', () => {
    const split = createLineSplitter(10)
    expect(split(Buffer.from('0123456789'))).toEqual([])
    expect(() => split(Buffer.from('0'))).toThrow(LineTooLong)
  })

  test('of one turn are written together, and wait while the stream is full', async () => {
    const written: string[] = []
    let done: () => void = () => undefined
    const stream = new Writable({
      highWaterMark: 8,
      write: (chunk, _encoding, taken) => {
        written.push(String(chunk))
        done = taken
      },
    })
    const turn = () => new Promise((resolve) => setImmediate(resolve))
    const lines = ['one', 'two', 'three']
    const { flush } = createLineWriter(stream, (count) => lines.splice(0, count))
    flush()
    flush()
    await turn()
    lines.push('four')
    flush()
    await turn()
    await turn()
    expect(lines).toEqual(['four'])
    expect(written).toEqual(['one\ntwo\nthree\n'])
    done()
    await turn()
    expect(written.at(-1)).toBe('four\n')
  })
})
