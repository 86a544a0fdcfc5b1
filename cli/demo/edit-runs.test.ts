import { expect, test } from '@jest/globals'
import type { EditRow } from './edit-row.ts'
import { editRunsOf } from './edit-runs.ts'

const row = (seq: number, playlistId: string, second: number): EditRow => ({
  seq,
  playlistId,
  observedAt: `2019-05-25T20:52:1${second}Z`,
  op: 'delete',
})

test('a run is what stands side by side with the same playlist and time', async () => {
  const rows = [row(0, 'a', 1), row(1, 'a', 1), row(2, 'b', 1), row(3, 'b', 0), row(4, 'a', 1)]
  const runs = await Array.fromAsync(editRunsOf(rows))
  expect(runs.map((run) => [run.playlistId, run.rows.map(({ seq }) => seq)])).toEqual([
    ['a', [0, 1]],
    ['b', [2]],
    ['b', [3]],
    ['a', [4]],
  ])
  expect(await Array.fromAsync(editRunsOf([]))).toEqual([])
})
