import { expect, test } from '@jest/globals'
import { createUntouchedKeys } from './untouched-keys.ts'

const keyOf = (at: number) => `0\0track-${at}\0day`

test('a key that was touched is never said to be untouched, and hardly another the other way round', () => {
  const keys = createUntouchedKeys()
  for (let at = 0; at < 50_000; at++) keys.touch(keyOf(at))
  let mistaken = 0
  for (let at = 0; at < 50_000; at++) {
    if (keys.has(keyOf(at))) throw new Error(`${at} was touched`)
    if (!keys.has(keyOf(at + 50_000))) mistaken++
  }
  expect(mistaken).toBeLessThan(100)
})

test('when there are more keys than it has room for, none is untouched', () => {
  const keys = createUntouchedKeys(2 ** 12)
  for (let at = 0; at < 10_000; at++) keys.touch(keyOf(at))
  expect([keyOf(0), keyOf(9_999), keyOf(20_000)].map(keys.has)).toEqual([false, false, false])
})
