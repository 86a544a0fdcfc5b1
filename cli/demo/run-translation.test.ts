import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { createArchiveSource } from './archive-source.ts'
import type { EditOperation, EditRow } from './edit-row.ts'
import { editRunsOf, type EditRun } from './edit-runs.ts'
import { generateEdits } from './generate-edits.ts'
import { generateSongs } from './generated-songs.ts'
import { listAfter, replayPlainly } from './plain-replay.ts'
import { createListModel, editsMax, type ListEdit, type ListItem, ReplayBroken } from './run-translation.ts'
import { createSeededRandom } from './seeded-random.ts'

/** The contract of `/edits`, as an API that has never heard of runs applies it. */
const edited = (before: readonly ListItem[], edits: readonly ListEdit[]): readonly ListItem[] => {
  let list = [...before]
  const placed = (items: readonly ListItem[], anchor: string | null) => {
    const at = anchor === null ? list.length : list.findIndex(({ itemId }) => itemId === anchor)
    if (at < 0) throw new Error(`no anchor ${anchor}`)
    list = [...list.slice(0, at), ...items, ...list.slice(at)]
  }
  for (const edit of edits) {
    if ('removeAt' in edit) list = list.filter((_item, index) => !edit.removeAt.includes(index))
    else if ('add' in edit) placed(edit.add, edit.before)
    else {
      const moved = edit.move.map((id) => list.find(({ itemId }) => itemId === id)!)
      list = list.filter((item) => !moved.includes(item))
      placed(moved, edit.before)
    }
  }
  return list
}

const rowsOf = (operations: readonly EditOperation[]): readonly EditRow[] =>
  operations.map((operation, seq) => ({
    seq,
    playlistId: 'p',
    observedAt: '2020-01-01T00:00:00Z',
    ...operation,
  }))

/** A run on a list of a given length: which places are taken, which of those move, and where to; additions between. */
const arbitraryRun = (list: readonly string[]): fc.Arbitrary<readonly EditRow[]> =>
  fc
    .record({
      taken: fc.subarray([...list.keys()]),
      moves: fc.array(fc.boolean(), { minLength: list.length, maxLength: list.length }),
      additions: fc.array(fc.constantFrom('x', 'y', 'z'), { maxLength: 6 }),
      shuffle: fc.infiniteStream(fc.nat(1_000_000)),
    })
    .map(({ taken, moves, additions, shuffle }) => {
      const drawn = () => shuffle.next().value as number
      const inserts = [
        ...taken.filter((from) => moves[from]).map((from) => ({ from, trackId: list[from]! })),
        ...additions.map((trackId) => ({ from: undefined, trackId })),
      ]
        .map((insert) => ({ insert, order: drawn() }))
        .sort((a, b) => a.order - b.order)
      let length = list.length - taken.length
      const operations = inserts.map(({ insert: { from, trackId } }): EditOperation => {
        const to = drawn() % ++length
        return from === undefined ? { op: 'add', trackId, to } : { op: 'move', trackId, from, to }
      })
      const removals = taken
        .filter((from) => !moves[from])
        .map((from): EditOperation => ({ op: 'remove', trackId: list[from]!, from }))
      return rowsOf([...operations.slice(0, 2), ...removals, ...operations.slice(2)])
    })

const startOf = (list: readonly string[]): readonly EditRow[] =>
  rowsOf([
    { op: 'create', value: 'n' },
    ...list.map((trackId, to): EditOperation => ({ op: 'add', trackId, to })),
  ])

describe('a run and its edits', () => {
  test('end with the same tracks, and what was not removed keeps its item', () => {
    // Tracks repeat, as they do in playlists.
    const lists = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 14 })
    fc.assert(
      fc.property(
        lists.chain((list) => arbitraryRun(list).map((run) => ({ list, run }))),
        ({ list, run }) => {
          const model = createListModel()
          const before = edited([], model.translate(startOf(list)))
          const edits = model.translate(run)
          const after = edited(before, edits)
          expect(after.map(({ trackId }) => trackId)).toEqual(listAfter(list, run))
          expect(after).toEqual(model.items)
          const removed = run.flatMap((row) => (row.op === 'remove' ? [before[row.from]] : []))
          expect(after).toEqual(expect.arrayContaining(before.filter((item) => !removed.includes(item))))
          expect(new Set(after.map(({ itemId }) => itemId)).size).toBe(after.length)
          expect(edits.length).toBeLessThanOrEqual(run.length)
        },
      ),
      { numRuns: 2_000 },
    )
  })

  test('are none when nothing changes, so that no command is sent that the log would not show', () => {
    const model = createListModel()
    model.translate(startOf(['a', 'b', 'c']))
    expect(model.translate(rowsOf([{ op: 'move', trackId: 'b', from: 1, to: 1 }]))).toEqual([])
    expect(model.translate(rowsOf([{ op: 'describe', value: 'd' }]))).toEqual([])
  })

  test('join neighbours that go to the same place', () => {
    const model = createListModel()
    expect(model.translate(startOf(['a', 'b', 'c']))).toHaveLength(1)
    const run = rowsOf([
      { op: 'move', trackId: 'b', from: 1, to: 0 },
      { op: 'move', trackId: 'c', from: 2, to: 1 },
    ])
    expect(model.translate(run)).toEqual([{ move: ['i1', 'i2'], before: 'i0' }])
  })

  test.each<[string, EditOperation[]]>([
    ['an index past the end', [{ op: 'remove', trackId: 'a', from: 2 }]],
    ['another track than the list has', [{ op: 'remove', trackId: 'b', from: 0 }]],
    ['a place past the end', [{ op: 'add', trackId: 'x', to: 3 }]],
    [
      'one index taken twice',
      [
        { op: 'remove', trackId: 'a', from: 0 },
        { op: 'move', trackId: 'a', from: 0, to: 0 },
      ],
    ],
    [
      'more edits than a command takes',
      Array.from(
        { length: editsMax + 1 },
        (_none, n) => ({ op: 'add', trackId: 'x', to: (n % 2) * 2 }) as const,
      ),
    ],
  ])('with %s are refused', (_name, operations) => {
    const model = createListModel()
    model.translate(startOf(['a', 'b']))
    expect(() => model.translate(rowsOf(operations))).toThrow(ReplayBroken)
  })
})

const expectExact = async (runs: () => AsyncIterable<EditRun>): Promise<number> => {
  const lists = new Map<string, { model: ReturnType<typeof createListModel>; items: readonly ListItem[] }>()
  for await (const { playlistId, rows } of runs()) {
    const list = lists.get(playlistId) ?? { model: createListModel(), items: [] }
    list.items = edited(list.items, list.model.translate(rows))
    lists.set(playlistId, list)
  }
  for (const [playlistId, end] of await replayPlainly(runs()))
    if (end !== null) expect(lists.get(playlistId)?.items.map(({ trackId }) => trackId)).toEqual(end)
  return lists.size
}

test('generated playlists end as the plain rule says', async () => {
  const rows = generateEdits(generateSongs(), createSeededRandom(1))
  expect(await expectExact(() => editRunsOf(rows))).toBe(20)
})

const folder = join(import.meta.dirname, '..', '..', '..', 'shared', 'data')
const whenThere = existsSync(folder) ? test : test.skip

whenThere('the real playlists that people own end as the plain rule and the oracle say', async () => {
  const source = createArchiveSource({ folder, isFull: false })
  expect(await expectExact(source.runs)).toBe(30)
  const plain = await replayPlainly(source.runs())
  expect(plain).toEqual(await source.ends())
})
