import { expect, test } from '@jest/globals'
import type { EditOperation, EditRow } from './edit-row.ts'
import { listAfter } from './plain-replay.ts'

const rowsOf = (...operations: EditOperation[]): readonly EditRow[] =>
  operations.map((operation, seq) => ({
    seq,
    playlistId: 'p',
    observedAt: '2020-01-01T00:00:00Z',
    ...operation,
  }))

test('old indices go first, highest first; then everything is inserted in file order', () => {
  const rows = rowsOf(
    { op: 'remove', trackId: 'b', from: 1 },
    { op: 'move', trackId: 'd', from: 3, to: 0 },
    { op: 'add', trackId: 'x', to: 1 },
  )
  expect(listAfter(['a', 'b', 'c', 'd'], rows)).toEqual(['d', 'x', 'a', 'c'])
})

test('a creation starts empty, a deletion ends the playlist', () => {
  expect(listAfter(['a'], rowsOf({ op: 'create', value: 'n' }, { op: 'add', trackId: 'x', to: 0 }))).toEqual([
    'x',
  ])
  expect(listAfter(['a'], rowsOf({ op: 'delete' }))).toBeNull()
})
