import type { RowStore, RowWrite, Table } from '@reprise/core/ports/row-store.port.ts'
import { eachBounded } from './each-bounded.ts'

/** The rows of one group, which are written together, and the Cassandra partition that they lie in. */
export type GroupRows = { readonly owner: string; readonly writes: readonly RowWrite[] }

/** Groups of one Cassandra partition share a batch up to this many rows and characters; a group is never cut. */
const batchRowsMax = 100
const batchCharsMax = 2_000_000

/** Writes groups, those of the same Cassandra partition together in unlogged batches of bounded size. */
export const writeRows = (store: RowStore, table: Table, groups: readonly GroupRows[]): Promise<void> => {
  const batches: Batch[] = []
  const open = new Map<string, Batch>()
  for (const { owner, writes } of groups) {
    const chars = charsOf(writes)
    const batch = open.get(owner)
    if (batch !== undefined && hasRoomFor(batch, writes, chars)) {
      batch.writes.push(...writes)
      batch.chars += chars
    } else {
      const fresh = { writes: [...writes], chars }
      batches.push(fresh)
      open.set(owner, fresh)
    }
  }
  return eachBounded(batches, (batch) => store.writeTogether(table, batch.writes))
}

type Batch = { readonly writes: RowWrite[]; chars: number }

const hasRoomFor = (batch: Batch, writes: readonly RowWrite[], chars: number): boolean =>
  batch.writes.length + writes.length <= batchRowsMax && batch.chars + chars <= batchCharsMax

const charsOf = (writes: readonly RowWrite[]): number => {
  let chars = 0
  for (const { row } of writes)
    for (const name in row) {
      const value = row[name]
      if (typeof value === 'string' || Buffer.isBuffer(value)) chars += value.length
    }
  return chars
}
