import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { drop, entriesOf, findIn, mapOfSorted, type PersistentMap, put, sizeOf } from './persistent-map.ts'

const key = fc.nat(60).map((at) => `key-${at}`)
const change = fc.record({ key, value: fc.option(fc.nat(), { nil: undefined }) })

/** The longest way to a key, and whether every side weighs at most three times the other. */
const shapeOf = (map: PersistentMap<unknown>): { readonly height: number; readonly isBalanced: boolean } => {
  if (map === undefined) return { height: 0, isBalanced: true }
  const [left, right] = [shapeOf(map.left), shapeOf(map.right)]
  const [less = 0, more = 0] = [sizeOf(map.left) + 1, sizeOf(map.right) + 1].sort((a, b) => a - b)
  return {
    height: 1 + Math.max(left.height, right.height),
    isBalanced: left.isBalanced && right.isBalanced && more <= 3 * less,
  }
}

/** How many nodes of one map are not in the other. */
const newNodes = (map: PersistentMap<unknown>, before: PersistentMap<unknown>): number => {
  const old = new Set<unknown>()
  const gather = (node: PersistentMap<unknown>): void => {
    if (node === undefined) return
    old.add(node)
    gather(node.left)
    gather(node.right)
  }
  gather(before)
  const count = (node: PersistentMap<unknown>): number =>
    node === undefined || old.has(node) ? 0 : 1 + count(node.left) + count(node.right)
  return count(map)
}

const filled = (count: number): PersistentMap<number> => {
  let map: PersistentMap<number>
  for (let at = 0; at < count; at++) map = put(map, at.toString().padStart(6, '0'), at)
  return map
}

describe('a persistent map', () => {
  test('holds what a Map holds, sorted and balanced, and every earlier one stays as it was', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 200 }), (changes) => {
        let map: PersistentMap<number>
        const plain = new Map<string, number>()
        const earlier: [PersistentMap<number>, readonly (readonly [string, number])[]][] = []
        for (const { key: at, value } of changes) {
          earlier.push([map, [...entriesOf(map)]])
          map = value === undefined ? drop(map, at) : put(map, at, value)
          if (value === undefined) plain.delete(at)
          else plain.set(at, value)
          expect(findIn(map, at)).toBe(value)
          expect(shapeOf(map).isBalanced).toBe(true)
        }
        expect([...entriesOf(map)]).toEqual([...plain].sort(([a], [b]) => (a < b ? -1 : 1)))
        expect(sizeOf(map)).toBe(plain.size)
        for (const [then, entries] of earlier) expect([...entriesOf(then)]).toEqual(entries)
      }),
    )
  })

  test('is made at once of sorted entries', () => {
    for (const count of [0, 1, 2, 3, 100]) {
      const map = mapOfSorted([...entriesOf(filled(count))])
      expect([...entriesOf(map)]).toEqual([...entriesOf(filled(count))])
      expect(shapeOf(map).isBalanced).toBe(true)
    }
  })

  test('of 100,000 keys is changed in a few nodes, though its keys came in order', () => {
    const map = filled(100_000)
    expect(shapeOf(map).height).toBeLessThan(40)
    for (const at of ['000000', '050000x', '099999']) {
      expect(newNodes(put(map, at, 1), map)).toBeLessThan(40)
      expect(newNodes(drop(map, at), map)).toBeLessThan(40)
    }
    expect(drop(map, 'none')).toBe(map)
  })
})
