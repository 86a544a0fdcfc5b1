import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { createLineSplitter } from './line-splitter.ts'

test('lines are the same wherever the body is cut', () => {
  const text = fc.stringMatching(/^([ab\u00e9]{0,6}\n?){0,12}$/)
  fc.assert(
    fc.property(text, fc.array(fc.nat(80)), (whole, cuts) => {
      const bytes = Buffer.from(whole)
      const splitter = createLineSplitter(8)
      const found: [number, string][] = []
      let from = 0
      for (const cut of [...cuts.filter((at) => at <= bytes.length), bytes.length].sort((a, b) => a - b)) {
        for (const line of splitter.push(bytes.subarray(from, cut)))
          found.push([line.number, line.bytes.toString()])
        from = cut
      }
      for (const line of splitter.finish()) found.push([line.number, line.bytes.toString()])
      const expected = whole
        .split('\n')
        .map((line, at): [number, string] => [at + 1, Buffer.byteLength(line) > 8 ? 'too-large' : line])
      expect(found).toEqual(expected.filter(([, line]) => line !== ''))
    }),
  )
})
