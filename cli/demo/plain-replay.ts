import type { EditRow } from './edit-row.ts'
import type { EditRun } from './edit-runs.ts'

/** Where every playlist ends, by archive id; null for one that was deleted. */
export type PlaylistEnds = ReadonlyMap<string, readonly string[] | null>

/**
 * Replays runs by the plain rule, on tracks alone. It shares nothing with the command path and nothing with the
 * translation of runs, so that it can judge both.
 */
export const replayPlainly = async (
  runs: AsyncIterable<EditRun> | Iterable<EditRun>,
): Promise<PlaylistEnds> => {
  const ends = new Map<string, readonly string[] | null>()
  for await (const { playlistId, rows } of runs)
    ends.set(playlistId, listAfter(ends.get(playlistId) ?? [], rows))
  return ends
}

/** One run: delete the old indices, highest first, then insert in file order. Null when the playlist was deleted. */
export const listAfter = (before: readonly string[], rows: readonly EditRow[]): readonly string[] | null => {
  if (rows.some((row) => row.op === 'delete')) return null
  const list = rows.some((row) => row.op === 'create') ? [] : [...before]
  const gone = rows.flatMap((row) => ('from' in row ? [row.from] : []))
  for (const index of gone.sort((a, b) => b - a)) list.splice(index, 1)
  for (const row of rows) if ('to' in row) list.splice(row.to, 0, row.trackId)
  return list
}
