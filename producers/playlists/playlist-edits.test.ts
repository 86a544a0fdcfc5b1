import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type ItemList, itemListOf, itemsOf } from './item-list.ts'
import { type Edit, stepsOf } from './playlist-edits.ts'
import { applySteps } from './playlist-steps.ts'

const listOf = (letters: string): ItemList =>
  itemListOf([...letters].map((letter) => ({ itemId: letter, trackId: `t${letter}` })))

const edited = (letters: string, ...edits: Edit[]) => {
  const result = stepsOf(listOf(letters), edits, (index) => `n${index}`)
  if ('refused' in result) return result.refused
  return itemsOf(applySteps(listOf(letters), result.steps))
    .map(({ itemId }) => itemId)
    .join('')
}

describe('edits of a playlist', () => {
  const track = { trackId: 't' }
  test.each<[string, string, Edit[], string]>([
    ['adds at the end', 'abc', [{ add: [track, track] }], 'abcn0n1'],
    ['adds at the start', 'abc', [{ add: [track], after: null }], 'n0abc'],
    ['adds behind an item', 'abc', [{ add: [track], after: 'a' }], 'an0bc'],
    ['adds before an item', 'abc', [{ add: [track], before: 'b' }], 'an0bc'],
    ['adds at the end by a null anchor', 'abc', [{ add: [track], before: null }], 'abcn0'],
    ['adds at an index', 'abc', [{ add: [track], at: 3 }], 'abcn0'],
    [
      'each index counts in the list that earlier edits left',
      'abc',
      [{ removeAt: [0] }, { add: [track], at: 0 }],
      'n0bc',
    ],
    ['removes by item, passing over what is gone', 'abc', [{ remove: ['b', 'x', 'b'] }], 'ac'],
    ['removes at indices that count before the edit', 'abcde', [{ removeAt: [0, 4, 2] }], 'bd'],
    ['moves in the order given', 'abcde', [{ move: ['e', 'a'], after: 'b' }], 'beacd'],
    ["a move's index counts before the move", 'abcde', [{ move: ['a'], at: 3 }], 'bcade'],
    ['moves to the end', 'abcde', [{ move: ['b', 'a'], before: null }], 'cdeba'],
    ['moves around an anchor that moves itself', 'abcde', [{ move: ['b', 'd'], after: 'b' }], 'abdce'],
    ['moves a range, as Spotify counts', 'abcde', [{ moveRange: { start: 1, length: 2, to: 5 } }], 'adebc'],
    ['moves a range towards the start', 'abcde', [{ moveRange: { start: 3, length: 2, to: 0 } }], 'deabc'],
    ['moves what is left of a list of items', 'abc', [{ move: ['x', 'c'], after: null }], 'cab'],
  ])('%s', (_name, before, edits, after) => {
    expect(edited(before, ...edits)).toBe(after)
  })

  test.each<[string, Edit[], string]>([
    ['a vanished anchor', [{ add: [track], after: 'x' }], 'already-gone'],
    ['a move of which nothing is left', [{ move: ['x'], at: 0 }], 'already-gone'],
    ['an index past the end', [{ add: [track], at: 4 }], 'rule-broken'],
    ['a removal past the end', [{ removeAt: [3] }], 'rule-broken'],
    ['a range past the end', [{ moveRange: { start: 2, length: 2, to: 0 } }], 'rule-broken'],
    ['an item id that is there', [{ add: [{ trackId: 't', itemId: 'b' }] }], 'rule-broken'],
    ['more than 10,000 items', [{ add: Array.from({ length: 9_998 }, () => track) }], 'too-large'],
    [
      'a minted id that a later edit names',
      [{ add: [track] }, { add: [{ ...track, itemId: 'n1' }] }],
      'rule-broken',
    ],
  ])('%s refuses the whole command', (_name, edits, refused) => {
    expect(edited('abc', { add: [track] }, { remove: ['n0'] }, ...edits)).toBe(refused)
  })

  test.each<[string, string, Edit[], string]>([
    ['that stands in the list', 'an0b', [{ add: [track, track] }], 'an0bn1n2'],
    ['that was named by the edit itself', 'a', [{ add: [{ ...track, itemId: 'n0' }, track] }], 'an0n1'],
    [
      'that was named before, and removed since',
      'a',
      [{ add: [{ ...track, itemId: 'n0' }] }, { remove: ['n0'] }, { add: [track] }],
      'an1',
    ],
  ])('never mints an id %s', (_name, before, edits, after) => {
    const items = before.match(/n\d|./g)?.map((itemId) => ({ itemId, trackId: 't' })) ?? []
    const result = stepsOf(itemListOf(items), edits, (index) => `n${index}`)
    if ('refused' in result) throw new Error(result.detail)
    const list = itemsOf(applySteps(itemListOf(items), result.steps))
    expect(list.map(({ itemId }) => itemId).join('')).toBe(after)
  })

  test('a full playlist takes edits of which it is full in the end, in whatever order', () => {
    const items = Array.from({ length: 10_000 }, (_, at) => ({ itemId: `i${at}`, trackId: 't' }))
    const some: Edit = { add: Array.from({ length: 500 }, () => track), at: 0 }
    const rid: Edit = { removeAt: Array.from({ length: 500 }, (_, at) => 9_000 + at) }
    for (const edits of [
      [some, rid],
      [rid, some],
    ])
      expect(stepsOf(itemListOf(items), edits, String)).toMatchObject({ steps: { length: 1_000 } })
    expect(stepsOf(itemListOf(items), [some], String)).toMatchObject({
      refused: 'too-large',
      facts: { items: 10_000 },
    })
  })

  test('more steps than an event holds are not even taken', () => {
    const items = Array.from({ length: 10_000 }, (_, at) => ({ itemId: `i${at}`, trackId: 't' }))
    let taken = 0
    const counted = { start: 0, length: 9_999, to: 10_000 }
    const edits = Array.from({ length: 1_000 }, () => ({
      get moveRange() {
        taken++
        return counted
      },
    }))
    expect(stepsOf(itemListOf(items), edits, String)).toMatchObject({ refused: 'too-large' })
    // 512 KB hold no more than some 47,000 of them.
    expect(taken).toBe(5)
  })

  test('what an event just holds is taken: a long list may be moved about, item by item', () => {
    const items = Array.from({ length: 10_000 }, (_, at) => ({ itemId: `i${at}`, trackId: 't' }))
    const round: Edit = { moveRange: { start: 0, length: 9_999, to: 10_000 } }
    const result = stepsOf(itemListOf(items), [round, round, round, round], String)
    expect(result).toMatchObject({ steps: { length: 39_996 } })
  })

  test('removing only what is gone is no step at all, and names what is gone', () =>
    expect(stepsOf(listOf('abc'), [{ remove: ['x', 'y'] }], String)).toEqual({
      steps: [],
      alreadyGone: ['x', 'y'],
    }))
})

const arbitraryEdit = (ids: readonly string[]): fc.Arbitrary<Edit> => {
  const someIds = fc
    .subarray([...ids, 'gone'], { minLength: 1 })
    .chain((chosen) => fc.shuffledSubarray(chosen, { minLength: 1 }))
  const anchor = fc.oneof(fc.constant(null), fc.constantFrom(...ids))
  const place = fc.oneof(
    anchor.map((after) => ({ after })),
    anchor.map((before) => ({ before })),
    fc.nat(ids.length).map((at) => ({ at })),
  )
  return fc.oneof(
    fc
      .tuple(fc.nat(3), place)
      .map(([n, where]) => ({ add: Array.from({ length: n + 1 }, () => ({ trackId: 't' })), ...where })),
    fc.tuple(someIds, place).map(([move, where]) => ({ move, ...where })),
    someIds.map((remove) => ({ remove })),
    fc.array(fc.nat(ids.length - 1), { minLength: 1 }).map((removeAt) => ({ removeAt })),
  )
}

describe('laws of editing', () => {
  const letters = [...'abcdefghij']
  const property = (check: (after: readonly string[], edit: Edit) => void) =>
    fc.assert(
      fc.property(arbitraryEdit(letters), (edit) => {
        const result = stepsOf(listOf(letters.join('')), [edit], (index) => `n${index}`)
        if ('refused' in result) return
        check(
          itemsOf(applySteps(listOf(letters.join('')), result.steps)).map(({ itemId }) => itemId),
          edit,
        )
      }),
      { numRuns: 2_000 },
    )
  const touchedBy = (edit: Edit): readonly string[] =>
    'move' in edit
      ? edit.move
      : 'remove' in edit
        ? edit.remove
        : 'removeAt' in edit
          ? edit.removeAt.map((index) => letters[index] ?? '')
          : []

  test('untouched items never vanish or change their order', () =>
    property((after, edit) => {
      const untouched = letters.filter((letter) => !touchedBy(edit).includes(letter))
      expect(after.filter((itemId) => untouched.includes(itemId))).toEqual(untouched)
    }))

  test('no item is there twice', () => property((after) => expect(new Set(after).size).toBe(after.length)))

  test('moved items stand side by side in the order given, unless they were named in vain', () =>
    property((after, edit) => {
      if (!('move' in edit)) return
      const moved = edit.move.filter((itemId) => itemId !== 'gone')
      const start = after.indexOf(moved[0] ?? '')
      expect(after.slice(start, start + moved.length)).toEqual(moved)
    }))

  test('added items stand where the anchor says', () =>
    property((after, edit) => {
      if (!('add' in edit)) return
      const first = after.indexOf('n0')
      const last = first + edit.add.length - 1
      if (edit.after !== undefined) expect(after[first - 1] ?? null).toBe(edit.after)
      if (edit.before !== undefined) expect(after[last + 1] ?? null).toBe(edit.before)
      if (edit.at !== undefined) expect(first).toBe(edit.at)
    }))
})
