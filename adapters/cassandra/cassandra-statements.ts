import { types } from 'cassandra-driver'
import type {
  Cell,
  CellType,
  RowQuery,
  RowWrite,
  StoredRow,
  Table,
} from '@reprise/core/ports/row-store.port.ts'
import type { Insert } from './merged-writes.ts'

/** The statement that creates a table if it isn't there. No TTL, and no tombstone is ever written. */
export const createTableStatement = (keyspace: string, table: Table): string => {
  const columns = Object.entries(table.columns).map(([name, type]) => `${quoted(name)} ${type}`)
  const key = [`(${listed(table.partitionKey)})`, ...table.clustering.map(quoted)].join(', ')
  const order = table.clustering
    .map((column) => `${quoted(column)} ${table.descending === true ? 'DESC' : 'ASC'}`)
    .join(', ')
  return (
    `CREATE TABLE IF NOT EXISTS ${keyspace}.${table.name} (${columns.join(', ')}, PRIMARY KEY (${key})) WITH ` +
    (order === '' ? '' : `CLUSTERING ORDER BY (${order}) AND `) +
    (table.layout === undefined ? '' : `comment = '${commentOf(table.layout)}' AND `) +
    // One answer per read is enough: a second request would only double the load of a slow moment.
    `speculative_retry = 'NEVER' AND ` +
    // Rows are rewritten in place for ever: the unified strategy keeps few copies of each with little work.
    `compaction = {'class': 'UnifiedCompactionStrategy'}`
  )
}

/** What the comment of a table says of its layout. */
export const commentOf = (layout: string): string => `layout ${layout}`

/** Reads the comment of a table, by keyspace and name. */
export const commentStatement =
  'SELECT comment FROM system_schema.tables WHERE keyspace_name = ? AND table_name = ?'

/** The statements of a keyspace. Their texts are made once per table: rows are many. */
export const createStatements = (keyspace: string) => {
  const inserts = new WeakMap<Table, string>()
  const insertOf = (table: Table): string => {
    const known = inserts.get(table)
    if (known !== undefined) return known
    const text = insertStatement(keyspace, table)
    inserts.set(table, text)
    return text
  }
  return {
    /** Writes every column of each row, with its stamp as the write timestamp. @throws when a column is missing. */
    insertsOf: (table: Table, writes: readonly RowWrite[]): readonly Insert[] => {
      const query = insertOf(table)
      const columns = Object.keys(table.columns)
      return writes.map((write) => ({ query, params: paramsOf(table, columns, write) }))
    },
    select: (table: Table, query: RowQuery) => selectStatement(keyspace, table, query),
    /** The rows of some partitions, of a table with one partition key column, that stand at the same place in each. */
    selectEach: (table: Table, owners: readonly Cell[], at: readonly Cell[]) => {
      const [owner = ''] = table.partitionKey
      const place = placed(table, at)
      return {
        text: selectText(keyspace, table, [`${quoted(owner)} IN ?`, ...place.conditions]),
        params: [owners.map((value) => cellOf(table, owner, value)), ...place.params],
      }
    },
  }
}

const insertStatement = (keyspace: string, table: Table): string => {
  const names = Object.keys(table.columns)
  return `INSERT INTO ${keyspace}.${table.name} (${listed(names)}) VALUES (${names.map(() => '?').join(', ')}) USING TIMESTAMP ?`
}

/** The parameters of a row, in the order of its insert statement, the stamp behind them. */
const paramsOf = (table: Table, columns: readonly string[], { row, stamp }: RowWrite): readonly unknown[] => {
  // As long as it gets: rows are many, and what is pushed onto an array has room for sixteen more.
  const params = new Array<unknown>(columns.length + 1)
  for (let at = 0; at < columns.length; at++) {
    const name = columns[at] ?? ''
    const value = row[name]
    if (value === undefined)
      throw new Error(
        `column ${name} of ${table.name} is missing: an omitted column would keep its old value`,
      )
    params[at] = encoded(table.columns[name], value)
  }
  params[columns.length] = types.Long.fromNumber(stamp)
  return params
}

/** The statement and parameters of a read within one partition. */
const selectStatement = (keyspace: string, table: Table, query: RowQuery) => {
  const conditions = table.partitionKey.map((column) => `${quoted(column)} = ?`)
  const params: unknown[] = table.partitionKey.map((column) => cellOf(table, column, query.partition[column]))
  const [first] = table.clustering
  if (query.at !== undefined) {
    const place = placed(table, query.at)
    conditions.push(...place.conditions)
    params.push(...place.params)
  }
  if (query.in !== undefined && first !== undefined) {
    conditions.push(`${quoted(first)} IN ?`)
    params.push(query.in.map((value) => cellOf(table, first, value)))
  }
  if (query.after !== undefined) {
    const names = table.clustering.slice(0, query.after.length)
    conditions.push(
      `(${listed(names)}) ${table.descending === true ? '<' : '>'} (${names.map(() => '?').join(', ')})`,
    )
    params.push(...names.map((column, at) => cellOf(table, column, query.after?.[at])))
  }
  const limit = query.limit === undefined ? '' : ' LIMIT ?'
  if (query.limit !== undefined) params.push(query.limit)
  return { text: `${selectText(keyspace, table, conditions)}${limit}`, params }
}

const selectText = (keyspace: string, table: Table, conditions: readonly string[]): string =>
  `SELECT ${listed(Object.keys(table.columns))} FROM ${keyspace}.${table.name} WHERE ${conditions.join(' AND ')}`

/** That a row has these clustering columns. */
const placed = (table: Table, at: readonly Cell[]) => ({
  conditions: table.clustering.map((column) => `${quoted(column)} = ?`),
  params: table.clustering.map((column, nth) => cellOf(table, column, at[nth])),
})

/** A driver's rows as ours. */
export const rowsOf = (table: Table, rows: readonly types.Row[]): StoredRow[] => {
  const columns = Object.entries(table.columns)
  return rows.map((row) => {
    const ours: Record<string, Cell> = {}
    for (const [name, type] of columns) {
      const value = row.get(name) as Cell
      ours[name] = type === 'bigint' ? Number(value) : value
    }
    return ours
  })
}

const cellOf = (table: Table, column: string, value: Cell | undefined): unknown =>
  encoded(table.columns[column], value)

/** The driver would round a fraction and wrap what is too large, in silence. */
const encoded = (type: CellType | undefined, value: Cell | undefined): unknown => {
  if (typeof value === 'number' && !Number.isSafeInteger(value))
    throw new RangeError(`${value} is not a whole number below 2^53`)
  return type === 'bigint' ? types.Long.fromNumber(value as number) : value
}

/** Quoted, so that no column name is a reserved word. */
const quoted = (name: string): string => `"${name}"`

const listed = (names: readonly string[]): string => names.map(quoted).join(', ')
