import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { askedTextOf } from './asked-words.ts'
import { searchBodyOf } from './search-body.ts'
import { searchOptions } from './search-request.ts'

describe('what may be asked', () => {
  test('defaults', () => {
    expect(searchOptions.parse({ q: '  hello ' })).toEqual({
      q: 'hello',
      type: ['track', 'artist', 'album', 'playlist'],
      limit: 20,
    })
  })

  test('lists, ranges and cases', () => {
    const asked = { q: 'x', type: 'album, track,album', year: '1990-1999', country: 'se', limit: '5' }
    expect(searchOptions.parse(asked)).toMatchObject({
      type: ['album', 'track'],
      year: { from: 1990, to: 1999 },
      country: 'SE',
      limit: 5,
    })
    expect(searchOptions.parse({ q: 'x', year: '1999' }).year).toEqual({ from: 1999, to: 1999 })
  })

  test.each([
    { q: '' },
    { q: ' \t' },
    { q: '\u200b\u0000' },
    { q: 'x'.repeat(201) },
    { q: 'x', type: 'song' },
    { q: 'x', type: '' },
    { q: 'x', year: '99' },
    { q: 'x', year: '1999-1990' },
    { q: 'x', country: 'SWE' },
    { q: 'x', kind: 'video' },
    { q: 'x', genre: ' ' },
    { q: 'x', limit: '51' },
    { q: 'x', other: '1' },
    {},
  ])('refused: %j', (asked) => {
    expect(searchOptions.safeParse(asked).success).toBe(false)
  })
})

test('the body of any query is of bounded size', () => {
  const q = fc.string({
    unit: fc.oneof(fc.constantFrom(...' -/&n$aß가流'), fc.string({ unit: 'binary' })),
    maxLength: 200,
  })
  fc.assert(
    fc.property(q, fc.constantFrom('precise', 'fuzzy'), (text, step) => {
      const asked = askedTextOf(text.slice(0, 200))
      const body = JSON.stringify(searchBodyOf({ asked, filters: [], step, size: 20 }))
      expect(body.length).toBeLessThan(200_000)
    }),
  )
})

test('words that stand between a title and a name need not be found', () => {
  const optional = askedTextOf('hello - by adele').words.filter(({ isOptional }) => isOptional)
  expect(optional.map(({ text }) => text)).toEqual(['-', 'by'])
  expect(askedTextOf('and').words[0]?.isOptional).toBe(false)
  expect(askedTextOf('hello by adele').pieces).toContain('helloadele')
})
