import type { Columns, RowOf } from '../columns.ts'
import type { Cell, CellType, StoredRow, Table } from '../ports/row-store.port.ts'
import { storedName, type Key, type RowStorage } from '../projection.ts'
import { columnNameOf, ownColumns, type Positioned } from './column-name.ts'
import { fingerprintOf } from './physical-index.ts'

/** What a layout reads of a projection that is stored as rows. */
export type RowProjection<C extends Columns = Columns> = {
  readonly name: string
  readonly version: number
  readonly row: C
  readonly store: RowStorage<string>
}

/** How rows of a projection lie in Cassandra; the projector writes by it and queries read by it. */
export type RowLayout<Row> = {
  readonly table: Table
  /** Every column, none missing. A null row is stored as a marker of absence. */
  readonly toStored: (key: Key, state: Positioned<Row | null>) => StoredRow
  readonly fromStored: (stored: StoredRow) => Positioned<Row | null>
}

/**
 * Required columns are columns; optional ones, lists and objects lie together in one JSON text, since a null is a tombstone and an omitted
 * column keeps its old value.
 */
export const rowLayoutOf = <C extends Columns>(projection: RowProjection<C>): RowLayout<RowOf<C>> => {
  const { partitionKey, clustering, descending } = projection.store
  const keys = new Set<string>([...partitionKey, ...clustering])
  const all = Object.entries(projection.row).map(([name, column]) => ({
    name,
    stored: columnNameOf(name),
    column,
    isKey: keys.has(name),
  }))
  const isOnItsOwn = ({ column }: (typeof all)[number]) => !column.isOptional && !column.isStructured
  const required = all.filter(isOnItsOwn)
  const optional = all.filter((found) => !isOnItsOwn(found))
  const table: Table = {
    name: storedName(projection),
    partitionKey: partitionKey.map(columnNameOf),
    clustering: clustering.map(columnNameOf),
    descending,
    columns: {
      ...Object.fromEntries(required.map(({ stored, column }): [string, CellType] => [stored, column.cell])),
      ...(optional.length > 0 && { optional_: 'text' as const }),
      ...ownColumns,
    },
    layout: fingerprintOf([
      { partitionKey, clustering, descending },
      Object.fromEntries(required.map(({ name, column }) => [name, column.cell])),
      // These stand in one value, one behind the other.
      optional.map(({ name, column }) => [name, column.cell, column.isStructured]),
    ]),
  }

  const toStored = (key: Key, { position, value }: Positioned<RowOf<C> | null>): StoredRow => {
    const row = value as Readonly<Record<string, unknown>> | null
    const stored: Record<string, Cell> = { position_: position, absent_: row === null }
    for (const { name, stored: as, column, isKey } of required)
      stored[as] = (isKey ? key[name] : (row?.[name] as Cell | null | undefined)) ?? column.empty
    if (optional.length > 0)
      stored['optional_'] = JSON.stringify(row === null ? [] : optional.map(({ name }) => row[name] ?? null))
    return stored
  }

  const fromStored = (stored: StoredRow): Positioned<RowOf<C> | null> => {
    const position = stored['position_'] as number
    if (stored['absent_'] === true) return { position, value: null }
    const row: Record<string, unknown> = {}
    for (const { name, stored: as } of required) row[name] = stored[as]
    const values = optional.length > 0 ? (JSON.parse(stored['optional_'] as string) as unknown[]) : []
    for (const [at, { name }] of optional.entries()) row[name] = values[at] ?? null
    return { position, value: row as RowOf<C> }
  }
  return { table, toStored, fromStored }
}
