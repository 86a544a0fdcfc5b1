import type { Columns, RowOf } from '../columns.ts'
import { columnNameOf, type Positioned } from '../layout/column-name.ts'
import { rowLayoutOf, type RowProjection } from '../layout/row-layout.ts'
import type { Cell, RowStore } from '../ports/row-store.port.ts'
import type { Key } from '../projection.ts'

/** Which rows of a partition: after the given values of the clustering columns, in the table's order. */
export type RowRange = { readonly after?: readonly Cell[]; readonly limit: number }

/** Reads the rows of a projection. Markers of absence are left out. */
export type RowReader<Row> = {
  /** The row of a key whose columns are all in the partition key, with the position it shows. */
  readonly get: (partition: Key) => Promise<Positioned<Row> | undefined>
  /** Rows of a partition, in the table's order. Fewer than `limit` rows were stored only if `ended`. */
  readonly list: (
    partition: Key,
    range: RowRange,
  ) => Promise<{ readonly rows: readonly Positioned<Row>[]; readonly ended: boolean }>
}

/** See {@link RowReader}. @throws {StoreUnavailable} from the store. */
export const createRowReader = <C extends Columns>(
  store: RowStore,
  projection: RowProjection<C>,
): RowReader<RowOf<C>> => {
  const { table, fromStored } = rowLayoutOf(projection)
  const partitionOf = (key: Key) =>
    Object.fromEntries(Object.entries(key).map(([name, value]) => [columnNameOf(name), value]))
  const list = async (partition: Key, { after, limit }: RowRange) => {
    const stored = await store.read(table, {
      partition: partitionOf(partition),
      limit,
      ...(after && { after }),
    })
    return { rows: stored.map(fromStored).filter(isPresent), ended: stored.length < limit }
  }
  return { list, get: async (partition) => (await list(partition, { limit: 1 })).rows[0] }
}

const isPresent = <Row>(state: Positioned<Row | null>): state is Positioned<Row> => state.value !== null
