import type { EditRow } from './edit-row.ts'

/**
 * Rows of one playlist and one time, in file order. How they apply: first the old list loses the indices `from` of all
 * remove and move rows, highest first; then every add and move is inserted at `to`, in file order.
 */
export type EditRun = {
  readonly playlistId: string
  readonly observedAt: string
  readonly rows: readonly EditRow[]
}

/** Gathers rows into runs as they stream by; the rows of a run stand side by side in the file. */
export async function* editRunsOf(rows: AsyncIterable<EditRow> | Iterable<EditRow>): AsyncGenerator<EditRun> {
  let run: EditRow[] = []
  for await (const row of rows) {
    if (run[0] !== undefined && !isSameRun(run[0], row)) {
      yield runOf(run[0], run)
      run = []
    }
    run.push(row)
  }
  if (run[0] !== undefined) yield runOf(run[0], run)
}

const isSameRun = (a: EditRow, b: EditRow): boolean =>
  a.playlistId === b.playlistId && a.observedAt === b.observedAt

const runOf = ({ playlistId, observedAt }: EditRow, rows: readonly EditRow[]): EditRun => ({
  playlistId,
  observedAt,
  rows,
})
