import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type Item, type ItemList, itemListOf, itemsOf } from './item-list.ts'
import { type Edit, stepsOf } from './playlist-edits.ts'
import { applySteps } from './playlist-steps.ts'

/** What somebody does on the list as they last saw it: numbers choose among the items there. */
const gesture = fc.record({
  person: fc.nat(3),
  looks: fc.boolean(),
  kind: fc.constantFrom('add' as const, 'move' as const, 'remove' as const),
  chosen: fc.uniqueArray(fc.nat(200), { minLength: 1, maxLength: 4 }),
  where: fc.constantFrom('start' as const, 'end' as const, 'after' as const, 'before' as const),
  anchor: fc.nat(200),
})
type Gesture = typeof gesture extends fc.Arbitrary<infer Value> ? Value : never

const startingWith = (count: number): ItemList =>
  itemListOf(Array.from({ length: count }, (_, at) => ({ itemId: `i${at}`, trackId: 't' })))

const idsOf = (items: Iterable<Item>): readonly string[] => [...items].map(({ itemId }) => itemId)

/** The gesture as an edit by item ids, on a list that may be stale. */
const editOf = (view: readonly string[], { kind, chosen, where, anchor }: Gesture): Edit | undefined => {
  const pick = (number: number) => view[number % Math.max(view.length, 1)]
  const ids = [...new Set(chosen.map(pick))].filter((id) => id !== undefined)
  const named = pick(anchor)
  const isAtEdge = where === 'start' || where === 'end' || named === undefined
  const place = isAtEdge
    ? where === 'start'
      ? { after: null }
      : { before: null }
    : where === 'after'
      ? { after: named }
      : { before: named }
  if (kind === 'add') return { add: chosen.map(() => ({ trackId: 't' })), ...place }
  if (ids.length === 0) return undefined
  return kind === 'move' ? { move: ids, ...place } : { remove: ids }
}

const anchorOf = (edit: Edit): string | null | undefined =>
  'add' in edit || 'move' in edit ? (edit.after ?? edit.before ?? null) : undefined
const namedBy = (edit: Edit): readonly string[] =>
  'move' in edit ? edit.move : 'remove' in edit ? edit.remove : []

type Merged = {
  readonly before: readonly string[]
  readonly edit: Edit
  /** Undefined where the edit was refused. */
  readonly after: readonly string[] | undefined
  readonly alreadyGone: readonly string[]
  readonly added: readonly string[]
}

/** Plays the gestures of several people, each on their own view, and hands every edit to the check. */
const everyone = (check: (merged: Merged) => void) =>
  fc.assert(
    fc.property(fc.nat(150), fc.array(gesture, { maxLength: 60 }), (count, gestures) => {
      let list = startingWith(count)
      const views = Array.from({ length: 4 }, () => idsOf(itemsOf(list)))
      for (const [at, each] of gestures.entries()) {
        if (each.looks) views[each.person] = idsOf(itemsOf(list))
        const edit = editOf(views[each.person] ?? [], each)
        if (edit === undefined) continue
        const before = idsOf(itemsOf(list))
        const result = stepsOf(list, [edit], (index) => `n${at}.${index}`)
        if ('refused' in result) {
          expect(result.refused).toBe('already-gone')
          check({ before, edit, after: undefined, alreadyGone: [], added: [] })
          continue
        }
        list = applySteps(list, result.steps)
        const added = result.steps.map((step) => step.added?.itemId).filter((id) => id !== undefined)
        check({ before, edit, after: idsOf(itemsOf(list)), alreadyGone: result.alreadyGone, added })
      }
    }),
    { numRuns: 150 },
  )

describe('edits of several people, each on what they last saw', () => {
  test('are refused only where the anchor is gone, or everything that was to be moved', () =>
    everyone(({ before, edit, after }) => {
      const anchor = anchorOf(edit)
      const isAnchorGone = typeof anchor === 'string' && !before.includes(anchor)
      const isMoveEmpty = 'move' in edit && edit.move.every((id) => !before.includes(id))
      expect(after === undefined).toBe(isAnchorGone || isMoveEmpty)
    }))

  test('never make an untouched item vanish or change its order', () =>
    everyone(({ before, edit, after }) => {
      const untouched = before.filter((id) => !namedBy(edit).includes(id))
      if (after) expect(after.filter((id) => untouched.includes(id))).toEqual(untouched)
    }))

  test('put added and moved items where their anchor says, side by side and in their order', () =>
    everyone(({ before, edit, after, added }) => {
      if (!after || 'remove' in edit || 'removeAt' in edit || 'moveRange' in edit) return
      const placed = 'add' in edit ? added : edit.move.filter((id) => before.includes(id))
      const start = after.indexOf(placed[0] ?? '')
      expect(after.slice(start, start + placed.length)).toEqual(placed)
      const anchor = anchorOf(edit)
      if (typeof anchor === 'string' && placed.includes(anchor)) return
      if (edit.after !== undefined) expect(after[start - 1] ?? null).toBe(edit.after)
      else expect(after[start + placed.length] ?? null).toBe(edit.before)
    }))

  test('never put an item there twice, and lose nothing but what they remove', () =>
    everyone(({ before, edit, after, added }) => {
      if (!after) return
      expect(new Set(after).size).toBe(after.length)
      const removed = 'remove' in edit ? edit.remove : []
      expect([...after].sort()).toEqual([...before.filter((id) => !removed.includes(id)), ...added].sort())
    }))

  test('name exactly the items that were gone already', () =>
    everyone(({ before, edit, after, alreadyGone }) => {
      if (after) expect(alreadyGone).toEqual(namedBy(edit).filter((id) => !before.includes(id)))
    }))
})
