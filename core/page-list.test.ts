import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { editPages, emptyPageList, pageItemsMax, type PageList, type PageListDraft } from './page-list.ts'

type Step =
  | { readonly kind: 'insert' | 'append' | 'remove' | 'move'; readonly at: number; readonly to: number }
  | { readonly kind: 'clear' }

const at = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 200,
    arbitrary: fc.record({ kind: fc.constantFrom('insert' as const, 'append' as const), at, to: at }),
  },
  { weight: 100, arbitrary: fc.record({ kind: fc.constant('remove' as const), at, to: at }) },
  { weight: 100, arbitrary: fc.record({ kind: fc.constant('move' as const), at, to: at }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'clear' as const }) },
)

const flat = <T>(list: PageList<T>): readonly T[] => list.pages.flatMap(({ items }) => items)

let named = 0
/** The same step on a plain array and on a draft. */
const applyBoth = (step: Step, plain: number[], draft: PageListDraft<number>): void => {
  if (step.kind === 'clear') {
    plain.length = 0
    draft.clear()
    return
  }
  if (step.kind === 'insert' || step.kind === 'append') {
    const index = step.kind === 'append' ? plain.length : Math.floor(step.at * (plain.length + 1))
    plain.splice(index, 0, ++named)
    draft.insert(index, named)
    return
  }
  if (plain.length === 0) return
  const index = Math.floor(step.at * plain.length)
  const [item = 0] = plain.splice(index, 1)
  if (step.kind === 'remove') {
    expect(draft.remove(index)).toBe(item)
    return
  }
  const to = Math.floor(step.to * (plain.length + 1))
  plain.splice(to, 0, item)
  draft.move(index, to)
}

const filled = (count: number): PageList<number> =>
  editPages<number>(emptyPageList, (draft) => {
    for (let item = 0; item < count; item++) draft.insert(item, item)
  }).list

const bigEnough = (list: PageList<number>): void => {
  expect(new Set(list.pages.map(({ id }) => id)).size).toBe(list.pages.length)
  for (const { id, items } of list.pages) {
    expect(id).toBeGreaterThan(0)
    expect(items.length).toBeGreaterThan(0)
    expect(items.length).toBeLessThanOrEqual(pageItemsMax)
  }
}

describe('a list in pages', () => {
  test('holds what a plain array holds, in pages within their bounds', () => {
    fc.assert(
      fc.property(
        fc.nat(900),
        fc.array(fc.array(step, { maxLength: 120 }), { maxLength: 12 }),
        (start, events) => {
          let list = filled(start)
          const plain = [...flat(list)]
          for (const steps of events) {
            const before = new Map(list.pages.map(({ id, items }) => [id, items]))
            const edit = editPages(list, (draft) => {
              for (const each of steps) applyBoth(each, plain, draft)
            })
            list = edit.list
            expect(flat(list)).toEqual(plain)
            bigEnough(list)
            const after = new Map(list.pages.map(({ id, items }) => [id, items]))
            for (const id of new Set([...before.keys(), ...after.keys()]))
              if (before.get(id) !== after.get(id)) expect(edit.touched).toContain(id)
          }
        },
      ),
      { numRuns: 150 },
    )
  })

  test('changes nothing of the list that it was given', () => {
    const list = filled(500)
    const before = structuredClone(list)
    editPages(list, (draft) => {
      for (let count = 0; count < 300; count++) draft.move(count, 0)
      draft.clear()
    })
    expect(list).toEqual(before)
  })

  test('of 10,000 items is edited in a few pages, wherever the edit is', () => {
    const list = filled(10_000)
    expect(list.pages.length).toBeLessThanOrEqual(120)
    fc.assert(
      fc.property(fc.nat(9_998), fc.nat(9_998), (from, to) => {
        const moved = editPages(list, (draft) => draft.move(from, to))
        expect(moved.touched.size).toBeLessThanOrEqual(5)
        const inserted = editPages(list, (draft) => draft.insert(from, -1))
        expect(inserted.touched.size).toBeLessThanOrEqual(2)
        const removed = editPages(list, (draft) => void draft.remove(from))
        expect(removed.touched.size).toBeLessThanOrEqual(2)
      }),
    )
  })

  test('stays in few pages after much has been removed', () => {
    let list = filled(10_000)
    const plain = [...flat(list)]
    for (let turn = 0; plain.length > 400; turn++)
      list = editPages(list, (draft) => {
        for (let count = 0; count < 100; count++)
          applyBoth({ kind: 'remove', at: ((turn * 37 + count * 101) % 997) / 997, to: 0 }, plain, draft)
      }).list
    expect(flat(list)).toEqual(plain)
    expect(list.pages.length).toBeLessThanOrEqual(12)
  })

  test('refuses an index outside', () => {
    for (const index of [-1, 4, 0.5, NaN])
      expect(() => editPages(filled(3), (draft) => draft.insert(index, 0))).toThrow(/outside the list of 3/)
    expect(() => editPages(filled(3), (draft) => void draft.remove(3))).toThrow(/outside/)
  })
})
