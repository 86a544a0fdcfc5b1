import {
  type Cell,
  LayoutChanged,
  type RowQuery,
  type RowStore,
  type RowWrite,
  type StoredRow,
  type Table,
} from '@reprise/core/ports/row-store.port.ts'
import { StoreUnavailable } from '@reprise/core/ports/store-failure.ts'

/** What tests may do to the store that an ordinary client cannot. */
export type InMemoryRowStore = RowStore & {
  /** The next calls fail as those of a store that is down. */
  readonly failNext: (calls: number) => void
  /** Remembers what is stored now, so that `loseTail` can go back to it. */
  readonly mark: () => void
  /** A crash: everything written after the mark is gone, and the connection is lost. */
  readonly loseTail: () => void
  /** The same, but nobody is told of it until somebody asks. */
  readonly loseTailUnnoticed: () => void
  /** The stored rows of a table, in no particular order. */
  readonly rowsOf: (table: Table) => readonly StoredRow[]
}

type StampedRow = { readonly stamps: Readonly<Record<string, number>>; readonly row: StoredRow }
/** Rows by their clustering, within partitions, within tables. */
type Tables = Map<string, Map<string, Map<string, StampedRow>>>

/** The RowStore port in memory: the highest stamp wins, cell by cell, as in Cassandra. */
export const createInMemoryRowStore = (): InMemoryRowStore => {
  let tables: Tables = new Map()
  let marked: Tables = new Map()
  const layouts = new Map<string, string>()
  let failing = 0
  let isLossUnnoticed = false
  const listeners: (() => void)[] = []

  const answering = async () => {
    await Promise.resolve()
    if (failing === 0) return
    failing--
    throw new StoreUnavailable('the store in memory was told to fail')
  }
  const tellOfLoss = () => {
    isLossUnnoticed = false
    for (const listener of listeners) listener()
  }
  const rows = (table: Table) => {
    const found = tables.get(table.name)
    if (found === undefined) throw new StoreUnavailable(`there is no table ${table.name}`)
    return found
  }

  return {
    ensure: async (table) => {
      await answering()
      if (!tables.has(table.name)) tables.set(table.name, new Map())
      const layout = layouts.get(table.name) ?? table.layout
      if (layout !== undefined) layouts.set(table.name, layout)
      if (table.layout !== undefined && table.layout !== layout) throw new LayoutChanged(table.name)
    },
    drop: async (table) => {
      await answering()
      tables.delete(table.name)
      layouts.delete(table.name)
    },
    read: async (table, query) => {
      await answering()
      return selected(
        table,
        [...(rows(table).get(keyOf(table.partitionKey, query.partition))?.values() ?? [])].map(
          ({ row }) => row,
        ),
        query,
      )
    },
    writeTogether: async (table, writes) => {
      await answering()
      const there = rows(table)
      for (const { row } of writes) refuseIncomplete(table, row)
      for (const write of writes) {
        const partition = partitionOf(there, keyOf(table.partitionKey, write.row))
        const key = keyOf(table.clustering, write.row)
        partition.set(key, merged(partition.get(key), write))
      }
    },
    confirm: async () => {
      await answering()
      if (!isLossUnnoticed) return
      tellOfLoss()
      throw new StoreUnavailable('the store in memory was started anew')
    },
    onLost: (listener) => void listeners.push(listener),
    close: () => Promise.resolve(),
    failNext: (calls) => (failing = calls),
    mark: () => (marked = copied(tables)),
    loseTail: () => {
      tables = copied(marked)
      tellOfLoss()
    },
    loseTailUnnoticed: () => {
      tables = copied(marked)
      isLossUnnoticed = true
    },
    rowsOf: (table) =>
      [...(tables.get(table.name)?.values() ?? [])].flatMap((rows) =>
        [...rows.values()].map(({ row }) => row),
      ),
  }
}

const copied = (tables: Tables): Tables =>
  new Map(
    [...tables].map(([name, partitions]) => [
      name,
      new Map([...partitions].map(([key, rows]) => [key, new Map(rows)])),
    ]),
  )

const partitionOf = (partitions: Map<string, Map<string, StampedRow>>, key: string) => {
  const there = partitions.get(key) ?? new Map<string, StampedRow>()
  partitions.set(key, there)
  return there
}

const keyOf = (columns: readonly string[], row: StoredRow): string =>
  JSON.stringify(columns.map((column) => row[column]))

const refuseIncomplete = (table: Table, row: StoredRow): void => {
  for (const name of Object.keys(table.columns))
    if (row[name] === undefined)
      throw new Error(`column ${name} of ${table.name} is missing: it would keep its old value`)
}

const merged = (before: StampedRow | undefined, { row, stamp }: RowWrite): StampedRow => {
  const cells = Object.entries(row).map(([name, value]) => {
    const then = before?.stamps[name]
    const old = before?.row[name]
    const wins =
      then === undefined || old === undefined || stamp > then || (stamp === then && tied(value, old) >= 0)
    return wins ? ([name, value, stamp] as const) : ([name, old, then] as const)
  })
  return {
    row: Object.fromEntries(cells.map(([name, value]) => [name, value])),
    stamps: Object.fromEntries(cells.map(([name, , at]) => [name, at])),
  }
}

const selected = (table: Table, rows: readonly StoredRow[], query: RowQuery): readonly StoredRow[] => {
  const direction = table.descending === true ? -1 : 1
  const [first] = table.clustering
  const inOrder = (a: readonly (Cell | undefined)[], b: readonly (Cell | undefined)[]): number => {
    for (const [at, value] of a.entries()) {
      const order = compared(value, b[at])
      if (order !== 0) return order * direction
    }
    return 0
  }
  const clusteringOf = (row: StoredRow) => table.clustering.map((column) => row[column])
  return rows
    .filter((row) =>
      table.partitionKey.every((column) => compared(row[column], query.partition[column]) === 0),
    )
    .filter(
      (row) =>
        query.in === undefined ||
        first === undefined ||
        query.in.some((cell) => compared(row[first], cell) === 0),
    )
    .filter((row) => query.at === undefined || inOrder(clusteringOf(row), query.at) === 0)
    .filter((row) => query.after === undefined || inOrder(clusteringOf(row), query.after) > 0)
    .sort((a, b) => inOrder(clusteringOf(a), clusteringOf(b)))
    .slice(0, query.limit)
}

/** Cassandra's order of values of one type: numbers by value, texts and blobs by bytes. */
const compared = (a: Cell | undefined, b: Cell | undefined): number => {
  if (typeof a === 'number' || typeof a === 'boolean') return Number(a) - Number(b)
  return Buffer.compare(bytesOf(a), bytesOf(b))
}

/** At equal stamps Cassandra keeps the greater value *by bytes*, so -1 wins over 1. */
const tied = (a: Cell, b: Cell): number => {
  if (typeof a !== 'number' || typeof b !== 'number') return compared(a, b)
  return a < 0 === b < 0 ? a - b : a < 0 ? 1 : -1
}

const bytesOf = (value: Cell | undefined): Buffer =>
  Buffer.isBuffer(value) ? value : Buffer.from(typeof value === 'string' ? value : '', 'utf8')
