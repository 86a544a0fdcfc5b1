import type { RowStore, RowWrite, Table } from '@reprise/core/ports/row-store.port.ts'
import { eachBounded } from './each-bounded.ts'

/** The rows of one group, which are written together, and the Cassandra partition that they lie in. */
export type GroupRows = { readonly owner: string; readonly writes: readonly RowWrite[] }

/** Groups of one Cassandra partition share a batch up to this many rows; a group is never cut. */
const batchRowsMax = 100

/** Writes groups, those of the same Cassandra partition together in unlogged batches of bounded size. */
export const writeRows = (store: RowStore, table: Table, groups: readonly GroupRows[]): Promise<void> => {
  const batches: RowWrite[][] = []
  const open = new Map<string, RowWrite[]>()
  for (const { owner, writes } of groups) {
    const batch = open.get(owner)
    if (batch !== undefined && batch.length + writes.length <= batchRowsMax) batch.push(...writes)
    else {
      const fresh = [...writes]
      batches.push(fresh)
      open.set(owner, fresh)
    }
  }
  return eachBounded(batches, (batch) => store.writeTogether(table, batch))
}
