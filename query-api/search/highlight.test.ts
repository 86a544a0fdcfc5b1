import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { askedTextOf } from './asked-words.ts'
import { highlighterOf } from './highlight.ts'
import type { Step } from './search-clauses.ts'

const marked = (q: string, text: string, step: Step = 'precise') => {
  let rest = 0
  const parts = highlighterOf(
    askedTextOf(q),
    step,
  )(text).map(([start, end]) => {
    const part = `${text.slice(rest, start)}[${text.slice(start, end)}]`
    rest = end
    return part
  })
  return parts.join('') + text.slice(rest)
}

describe('highlighting', () => {
  test.each([
    ['bohemian rha', 'Bohemian Rhapsody - Remastered', '[Bohemian] [Rhapsody] - Remastered'],
    ['beyonce', 'Beyoncé', '[Beyoncé]'],
    ['acdc', 'AC/DC', '[AC/DC]'],
    ['ac dc', 'AC/DC', '[AC]/[DC]'],
    ['acdc', 'AC DC', '[AC DC]'],
    ['pink', 'P!nk', '[P!nk]'],
    ['dont', 'I Don’t Care', 'I [Don’t] Care'],
    ['倒流', '時光倒流一句話', '時光[倒流]一句話'],
    ['demons', '<demons>', '<[demons]>'],
    ['!!!', '!!!', '[!!!]'],
    ['bohemian', 'The Bohemians', 'The [Bohemians]'],
    ['x', 'Nothing', 'Nothing'],
  ])('%s in %s', (q, text, expected) => {
    expect(marked(q, text)).toBe(expected)
  })

  test('with slips, where slips were forgiven', () => {
    expect(marked('bohemain rapsody', 'Bohemian Rhapsody')).toBe('Bohemian Rhapsody')
    expect(marked('bohemain rapsody', 'Bohemian Rhapsody', 'fuzzy')).toBe('[Bohemian] [Rhapsody]')
  })

  test('any query on any text: ranges lie in it, in order, none touching another', () => {
    const text = fc.string({
      unit: fc.oneof(fc.constantFrom(...' ab!$&가流'), fc.string({ unit: 'binary' })),
    })
    fc.assert(
      fc.property(text, text, (q, name) => {
        let last = -1
        for (const [start, end] of highlighterOf(askedTextOf(q), 'fuzzy')(name)) {
          expect(start).toBeGreaterThan(last)
          expect(end).toBeGreaterThan(start)
          last = end
        }
        expect(last).toBeLessThanOrEqual(name.length)
      }),
    )
  })
})
