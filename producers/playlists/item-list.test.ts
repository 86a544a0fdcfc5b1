import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { entriesOf, type PersistentMap, sizeOf } from '@reprise/core/persistent-map.ts'
import {
  chunkItemsMax,
  draftOf,
  type Item,
  type ItemDraft,
  type ItemList,
  itemListOf,
  itemsOf,
} from './item-list.ts'

const itemOf = (at: number): Item => ({ itemId: `item-${at}`, trackId: `track-${at % 7}` })
const listOf = (count: number): ItemList => itemListOf(Array.from({ length: count }, (_, at) => itemOf(at)))

const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
type Step = {
  readonly kind: 'insert' | 'append' | 'remove' | 'move'
  readonly at: number
  readonly to: number
}
const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom('insert' as const, 'append' as const, 'remove' as const, 'move' as const),
  at: place,
  to: place,
})
/** Mostly growing, or mostly shrinking, so that chunks are split and joined. */
const steps = fc.oneof(
  fc.array(step, { maxLength: 150 }),
  fc.array(fc.record({ kind: fc.constant('remove' as const), at: place, to: place }), { maxLength: 300 }),
  fc.array(fc.record({ kind: fc.constantFrom('insert' as const, 'append' as const), at: place, to: place }), {
    maxLength: 300,
  }),
)

let named = 1_000_000
const applyBoth = ({ kind, at, to }: Step, plain: Item[], draft: ItemDraft): void => {
  if (kind === 'insert' || kind === 'append') {
    const index = kind === 'append' ? plain.length : Math.floor(at * (plain.length + 1))
    const item = itemOf(named++)
    plain.splice(index, 0, item)
    draft.insert(index, item)
    return
  }
  if (plain.length === 0) return
  const from = Math.floor(at * plain.length)
  const [item] = plain.splice(from, 1)
  const target = Math.floor(to * (plain.length + 1))
  if (kind === 'move' && item) plain.splice(target, 0, item)
  expect(kind === 'move' ? draft.move(from, target) : draft.remove(from)).toBe(item)
}

const expectSound = (list: ItemList, plain: readonly Item[]): void => {
  expect(itemsOf(list)).toEqual(plain)
  expect(list.length).toBe(plain.length)
  const sizes = list.chunks.map(({ items }) => items.length)
  expect(sizes.every((size) => size > 0 && size <= chunkItemsMax)).toBe(true)
  expect(new Set(list.chunks.map(({ id }) => id)).size).toBe(list.chunks.length)
  expect(sizeOf(list.chunkIds)).toBe(list.chunks.length > 1 ? plain.length : 0)
  const draft = draftOf(list)
  for (const [at, { itemId }] of plain.entries()) if (at % 13 === 0) expect(draft.indexOf(itemId)).toBe(at)
  expect([draft.indexOf('none'), draft.has('none')]).toEqual([-1, false])
  expect(draft.done()).toBe(list)
}

/** What an edit of a list made anew: chunks, and nodes of the index. */
const madeAnew = (list: ItemList, edit: (draft: ItemDraft) => void): number => {
  const draft = draftOf(list)
  edit(draft)
  const after = draft.done()
  const old = new Set<unknown>(list.chunks)
  const nodesOf = (map: PersistentMap<unknown>, visit: (node: object) => boolean): void => {
    if (map === undefined || !visit(map)) return
    nodesOf(map.left, visit)
    nodesOf(map.right, visit)
  }
  nodesOf(list.chunkIds, (node) => Boolean(old.add(node)))
  let count = after.chunks.filter((chunk) => !old.has(chunk)).length
  nodesOf(after.chunkIds, (node) => {
    if (old.has(node)) return false
    count++
    return true
  })
  return count
}

describe('a list of items', () => {
  test('holds what a plain array holds, finds every item by its id, and leaves every earlier list as it was', () => {
    fc.assert(
      fc.property(fc.nat(700), fc.array(steps, { maxLength: 8 }), (count, events) => {
        let list = listOf(count)
        const plain = [...itemsOf(list)]
        for (const event of events) {
          const before = { list, items: [...plain], index: [...entriesOf(list.chunkIds)] }
          const draft = draftOf(list)
          for (const each of event) applyBoth(each, plain, draft)
          const middle = plain.length >> 1
          expect([...draft.from(middle)]).toEqual(plain.slice(middle))
          list = draft.done()
          expectSound(list, plain)
          expect(itemsOf(before.list)).toEqual(before.items)
          expect([...entriesOf(before.list.chunkIds)]).toEqual(before.index)
        }
      }),
      { numRuns: 60 },
    )
  })

  test('of 10,000 items is edited without a copy of it: a few chunks and nodes are new, after any number of edits', () => {
    let list = listOf(10_000)
    expect(list.chunks.length).toBeLessThan(90)
    for (let edit = 0; edit < 20_000; edit++) {
      const draft = draftOf(list)
      const from = (edit * 7_919) % 10_000
      draft.move(from, (edit * 104_729) % 10_000)
      draft.remove((edit * 31) % 10_000)
      draft.insert((edit * 17) % 10_000, itemOf(10_000 + edit))
      list = draft.done()
      if (![0, 999, 19_999].includes(edit)) continue
      expect(madeAnew(list, (again) => again.move(5_000, 10))).toBeLessThan(60)
      expect(madeAnew(list, (again) => again.remove(5_000))).toBeLessThan(60)
      expect(list.chunks.length).toBeLessThan(300)
    }
    expectSound(list, itemsOf(list))
  })

  test('keeps no index for a list of one chunk', () => {
    expect(listOf(chunkItemsMax).chunkIds).toBeUndefined()
    expect(sizeOf(listOf(chunkItemsMax + 1).chunkIds)).toBe(chunkItemsMax + 1)
  })

  test('refuses an index outside', () => {
    for (const index of [-1, 4])
      expect(() => draftOf(listOf(3)).insert(index, itemOf(9))).toThrow(/outside the list of 3/)
    expect(() => draftOf(listOf(3)).remove(3)).toThrow(/outside/)
  })
})
