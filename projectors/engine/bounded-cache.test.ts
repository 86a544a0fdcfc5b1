import { expect, test } from '@jest/globals'
import { createBoundedCache } from './bounded-cache.ts'

const weighingItself = (weightMax: number) => createBoundedCache<number>(weightMax, (value) => value)

test('what is used stays, what was not used for longest goes', () => {
  const cache = weighingItself(30)
  cache.set('used', 3)
  for (let at = 0; at < 100; at++) {
    cache.set(`other ${at}`, 3)
    expect(cache.get('used')).toBe(3)
  }
  expect(['other 0', 'other 89', 'other 99'].map(cache.get)).toEqual([undefined, undefined, 3])
})

test('never more than it may hold, and never less than half of that is kept', () => {
  const cache = createBoundedCache<null>(100, () => 1)
  for (let at = 0; at < 1_000; at++) {
    cache.set(`${at}`, null)
    expect(cache.weight()).toBeLessThanOrEqual(100)
    for (let back = 0; back < Math.min(at, 50); back++) expect(cache.get(`${at - back}`)).toBeNull()
  }
})

test('a value that grows is weighed anew, and one too heavy is not kept', () => {
  const cache = weighingItself(10)
  cache.set('a', 1)
  cache.set('a', 4)
  expect(cache.weight()).toBe(4)
  cache.set('a', 9)
  expect(cache.weight()).toBe(9)
  cache.set('b', 11)
  expect([cache.get('b'), cache.weight()]).toEqual([undefined, 0])
})
