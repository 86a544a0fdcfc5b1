import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Remembered } from './command.ts'
import { createPackedAnswers, findPacked, storedAnswerOf } from './packed-answers.ts'

const answerOf = (offset: number, item: string): Remembered<object> => ({
  bodyHash: `hash ${offset}`,
  version: offset + 1,
  offset,
  report: { items: [item], alreadyGone: [] },
})

/** Names that collide in many ways: short, long, and of any characters that ids have. */
const ids = fc.uniqueArray(fc.oneof(fc.uuid(), fc.stringMatching(/^[ -~]{1,40}$/)), { maxLength: 600 })

test('packed answers are found again, in the order in which they came, before and behind a cut', () => {
  fc.assert(
    fc.property(ids, fc.nat(), fc.string({ unit: 'binary', maxLength: 80 }), (all, split, item) => {
      const packed = createPackedAnswers<object>()
      const first = all.slice(0, split % (all.length + 1))
      for (const [at, id] of first.entries()) packed.add(id, at + 0.5, answerOf(at, item), at % 3 === 0)
      const cut = packed.cut()
      for (let at = first.length; at < all.length; at++)
        packed.add(all[at] ?? '', at + 0.5, answerOf(at, item))
      expect(all.map(packed.find)).toEqual(all.map((_id, at) => answerOf(at, item)))
      expect([packed.size, cut.count]).toEqual([all.length, first.length])
      const stored = Array.from({ length: cut.count }, (_, nth) => cut.at(nth))
      expect(stored.map(({ commandId, recordedAt, offset }) => [commandId, recordedAt, offset])).toEqual(
        first.map((id, at) => [id, at + 0.5, at]),
      )
      expect(stored.map(({ json }) => storedAnswerOf(json))).toEqual(
        first.map((_id, at) => ({ recordedAt: at + 0.5, answer: answerOf(at, item) })),
      )
      const odd = stored.map((_, nth) => nth).filter((nth) => nth % 2 === 1)
      const together = cut.packed(odd)
      expect(together.length).toBe(odd.reduce((sum, nth) => sum + cut.bytesOf(nth), 0))
      expect(first.map((id) => findPacked(together, id)?.offset)).toEqual(
        first.map((_id, at) => (at % 2 === 1 ? at : undefined)),
      )
      expect(stored.map(({ isTimely }) => isTimely)).toEqual(first.map((_id, at) => at % 3 === 0))
      const rest = packed.without(cut.count)
      expect(all.map(rest.find)).toEqual(
        all.map((_id, at) => (at < first.length ? undefined : answerOf(at, item))),
      )
      expect(packed.find('never there, and longer than any other name')).toBeUndefined()
    }),
    { numRuns: 50 },
  )
})

test('an id that is there gets another answer, and an answer may be longer than what memory is taken in', () => {
  const packed = createPackedAnswers<object>()
  packed.add('one', 1, answerOf(1, 'short'))
  packed.add('two', 2, answerOf(2, 'short'))
  packed.add('one', 3, answerOf(3, 'long '.repeat(100_000)))
  packed.add('three', 4, answerOf(4, 'short'))
  expect(['one', 'two', 'three'].map((id) => packed.find(id)?.offset)).toEqual([3, 2, 4])
  expect(packed.find('one')).toEqual(answerOf(3, 'long '.repeat(100_000)))
  expect(packed.size).toBe(3)
})
