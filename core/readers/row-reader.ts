import type { Columns, RowOf } from '../columns.ts'
import { columnNameOf, type Positioned } from '../layout/column-name.ts'
import { rowLayoutOf, type RowProjection } from '../layout/row-layout.ts'
import type { Cell, RowStore } from '../ports/row-store.port.ts'
import type { Key } from '../projection.ts'

/** Which rows of a partition: after the given values of the clustering columns, in the table's order. */
export type RowRange = { readonly after?: readonly Cell[]; readonly limit: number }

/** Reads the rows of a projection. Markers of absence are left out. */
export type RowReader<Row> = {
  /** The row of a whole key, with the position it shows. */
  readonly get: (key: Key) => Promise<Positioned<Row> | undefined>
  /** Rows of a partition, in the table's order; fewer than `limit` only at its end. */
  readonly list: (partition: Key, range: RowRange) => Promise<readonly Positioned<Row>[]>
}

/** See {@link RowReader}. @throws {StoreUnavailable} from the store. */
export const createRowReader = <C extends Columns>(
  store: RowStore,
  projection: RowProjection<C>,
): RowReader<RowOf<C>> => {
  const { table, fromStored } = rowLayoutOf(projection)
  const { partitionKey, clustering } = projection.store
  const [firstClustering] = clustering
  const partitionOf = (key: Key) =>
    Object.fromEntries(partitionKey.map((name) => [columnNameOf(name), key[name] ?? '']))
  const list = async (partition: Key, { after, limit }: RowRange) => {
    const rows: Positioned<RowOf<C>>[] = []
    // Markers of absence take room in what the store answers, and none in what is shown.
    for (let from = after; ;) {
      const asked = limit - rows.length
      const stored = await store.read(table, {
        partition: partitionOf(partition),
        limit: asked,
        ...(from && { after: from }),
      })
      rows.push(...stored.map(fromStored).filter(isPresent))
      const last = stored.at(-1)
      if (stored.length < asked || rows.length === limit || last === undefined) return rows
      from = clustering.map((name) => last[columnNameOf(name)] ?? '')
    }
  }
  const get = async (key: Key) => {
    const stored = await store.read(table, {
      partition: partitionOf(key),
      ...(firstClustering !== undefined && { in: [key[firstClustering] ?? ''] }),
    })
    const found = stored.find((row) => clustering.every((name) => row[columnNameOf(name)] === key[name]))
    const state = found && fromStored(found)
    return state && isPresent(state) ? state : undefined
  }
  return { list, get }
}

const isPresent = <Row>(state: Positioned<Row | null>): state is Positioned<Row> => state.value !== null
