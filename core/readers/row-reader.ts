import type { Columns, RowOf } from '../columns.ts'
import { columnNameOf, nowhere, type Positioned } from '../layout/column-name.ts'
import { rowLayoutOf, type RowProjection } from '../layout/row-layout.ts'
import type { Cell, RowStore } from '../ports/row-store.port.ts'
import type { Key } from '../projection.ts'

/** Which rows of a partition: after the given values of the clustering columns, in the table's order. */
export type RowRange = { readonly after?: readonly Cell[]; readonly limit: number }

/** Some rows of a partition, in the table's order. */
export type RowPage<Row> = {
  /** At most `limit`. Fewer where the partition ends, and between many markers of absence: perhaps none. */
  readonly rows: readonly Positioned<Row>[]
  /** The newest position of whatever is stored there, markers of absence too; -1 where nothing is. */
  readonly position: number
  /** Where the next page begins: after these values of the clustering columns. Undefined at the partition's end. */
  readonly next: readonly Cell[] | undefined
}

/** Reads the rows of a projection. Markers of absence take the place of rows that are no more. */
export type RowReader<Row> = {
  /** What is stored under a whole key, with the position it shows; null is a marker of absence. */
  readonly find: (key: Key) => Promise<Positioned<Row | null> | undefined>
  /** The row of a whole key, with the position it shows. */
  readonly get: (key: Key) => Promise<Positioned<Row> | undefined>
  /** Rows of a partition in a bounded number of reads, however many markers of absence lie between them. */
  readonly page: (partition: Key, range: RowRange) => Promise<RowPage<Row>>
  /** The rows of a page, where there are no markers of absence: fewer than `limit` only at the partition's end. */
  readonly list: (partition: Key, range: RowRange) => Promise<readonly Positioned<Row>[]>
}

/** What is read at once after the first read, which takes what is asked for and one more. */
const rowsAtOnce = 500
const readsMax = 4

/** See {@link RowReader}. @throws {StoreUnavailable} from the store. */
export const createRowReader = <C extends Columns>(
  store: RowStore,
  projection: RowProjection<C>,
): RowReader<RowOf<C>> => {
  const { table, fromStored } = rowLayoutOf(projection)
  const { partitionKey, clustering } = projection.store
  const partitionOf = (key: Key) =>
    Object.fromEntries(partitionKey.map((name) => [columnNameOf(name), key[name] ?? '']))

  const page = async (key: Key, { after, limit }: RowRange): Promise<RowPage<RowOf<C>>> => {
    const partition = partitionOf(key)
    const rows: Positioned<RowOf<C>>[] = []
    const places: (readonly Cell[])[] = []
    let position = nowhere
    let from = after
    for (let reads = 0; reads < readsMax; reads++) {
      const asked = reads === 0 ? limit + 1 : Math.max(limit + 1, rowsAtOnce)
      const stored = await store.read(table, { partition, limit: asked, ...(from && { after: from }) })
      for (const each of stored) {
        const state = fromStored(each)
        from = clustering.map((name) => each[columnNameOf(name)] ?? '')
        position = Math.max(position, state.position)
        if (!isPresent(state)) continue
        rows.push(state)
        places.push(from)
      }
      if (rows.length > limit) return { rows: rows.slice(0, limit), position, next: places[limit - 1] }
      if (stored.length < asked) return { rows, position, next: undefined }
    }
    return { rows, position, next: from }
  }
  const find = async (key: Key) => {
    const [found] = await store.read(table, {
      partition: partitionOf(key),
      at: clustering.map((name) => key[name] ?? ''),
    })
    return found && fromStored(found)
  }
  return {
    find,
    get: async (key) => {
      const state = await find(key)
      return state && isPresent(state) ? state : undefined
    },
    page,
    list: async (partition, range) => (await page(partition, range)).rows,
  }
}

const isPresent = <Row>(state: Positioned<Row | null>): state is Positioned<Row> => state.value !== null
