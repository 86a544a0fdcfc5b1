import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { createPackedCache } from './packed-cache.ts'

type Step = { readonly key: string; readonly text: string } | 'clear'

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 50,
    arbitrary: fc.record({
      key: fc.string({ maxLength: 3, unit: 'grapheme' }),
      text: fc.string({ maxLength: 60, unit: 'grapheme' }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      key: fc.constantFrom('a', 'b'),
      text: fc.string({ minLength: 400, maxLength: 700 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant('clear' as const) },
)

test('gives what was written last or nothing, however little room there is', () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 200 }),
      fc.constantFrom(512, 1_024, 65_536),
      (steps, bytesMax) => {
        const cache = createPackedCache(bytesMax)
        const written = new Map<string, string>()
        for (const one of steps) {
          if (one === 'clear') {
            cache.clear()
            written.clear()
            continue
          }
          cache.set(one.key, one.text)
          written.set(one.key, one.text)
          if (one.text.length < 20) expect(cache.get(one.key)).toBe(one.text)
          for (const [key, text] of written) expect([text, undefined]).toContain(cache.get(key))
          if (bytesMax === 65_536) expect(cache.get(one.key)).toBe(one.text)
        }
      },
    ),
  )
})

test('remembers at least what half of it holds, and forgets what was written first', () => {
  const cache = createPackedCache(20_000)
  const keys = Array.from({ length: 1_000 }, (_, nth) => `key ${nth}`)
  for (const key of keys) cache.set(key, `text of ${key}`)
  const known = keys.filter((key) => cache.get(key) !== undefined)
  expect(known.length).toBeGreaterThan(150)
  expect(known.length).toBeLessThan(600)
  expect(known).toEqual(keys.slice(-known.length))
  for (const key of known) expect(cache.get(key)).toBe(`text of ${key}`)
})

test('what is written again and again stays, and takes no other room', () => {
  const cache = createPackedCache(4_096)
  cache.set('other', 'stays')
  for (let nth = 0; nth < 10_000; nth++) cache.set('hot', `${nth}`)
  expect([cache.get('hot'), cache.get('other')]).toEqual(['9999', 'stays'])
})

test('does not remember keys that are long, or that UTF-8 can not tell apart', () => {
  const cache = createPackedCache(65_536)
  for (const key of ['\ud800', '\ud801', 'k'.repeat(1_025)]) {
    cache.set(key, 'text')
    expect(cache.get(key)).toBeUndefined()
  }
  cache.set('ü'.repeat(512), 'text')
  expect(cache.get('ü'.repeat(512))).toBe('text')
})
