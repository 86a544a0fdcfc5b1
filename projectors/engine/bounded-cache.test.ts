import { expect, test } from '@jest/globals'
import { createBoundedCache } from './bounded-cache.ts'

test('what was used least recently goes first, by weight', () => {
  const cache = createBoundedCache<number>(10, (value) => value)
  cache.set('a', 4)
  cache.set('b', 4)
  expect(cache.get('a')).toBe(4)
  cache.set('c', 4)
  expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([4, undefined, 4])
  expect(cache.weight()).toBe(8)
})

test('a value that grows is weighed anew, and one too heavy is not kept', () => {
  const cache = createBoundedCache<number>(10, (value) => value)
  cache.set('a', 1)
  cache.set('a', 9)
  expect(cache.weight()).toBe(9)
  cache.set('b', 11)
  expect([cache.get('a'), cache.get('b'), cache.weight()]).toEqual([undefined, undefined, 0])
})
