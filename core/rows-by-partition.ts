import type { RowWrite, Table } from './ports/row-store.port.ts'

/** Rows, those of each partition of their table together, in the order of their first one. */
export const rowsByPartition = (
  { partitionKey }: Table,
  writes: readonly RowWrite[],
): readonly (readonly RowWrite[])[] => [
  ...Map.groupBy(writes, ({ row }) => JSON.stringify(partitionKey.map((column) => row[column]))).values(),
]
