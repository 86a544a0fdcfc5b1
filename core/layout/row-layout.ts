import type { Column, Columns, RowOf } from '../columns.ts'
import type { Cell, CellType, StoredRow, Table } from '../ports/row-store.port.ts'
import { storedName, type Key, type RowStorage } from '../projection.ts'
import { columnNameOf, type Positioned } from './column-name.ts'
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
 * The key's columns are columns; all other values lie together in one JSON text, in the order of the declaration. A null
 * would be a tombstone, an omitted column would keep its old value, and each column has its price (ADR 15).
 */
export const rowLayoutOf = <C extends Columns>(projection: RowProjection<C>): RowLayout<RowOf<C>> => {
  const { partitionKey, clustering, descending } = projection.store
  const keys = [...partitionKey, ...clustering].map((name) => ({
    name,
    stored: columnNameOf(name),
    cell: cellOf(projection.row[name]),
  }))
  const values = Object.keys(projection.row).filter((name) => !keys.some((key) => key.name === name))
  const table: Table = {
    name: storedName(projection),
    partitionKey: partitionKey.map(columnNameOf),
    clustering: clustering.map(columnNameOf),
    descending,
    columns: {
      ...Object.fromEntries(keys.map(({ stored, cell }): [string, CellType] => [stored, cell])),
      values_: 'text',
      position_: 'bigint',
    },
    layout: fingerprintOf([
      { partitionKey, clustering, descending },
      keys.map(({ name, cell }) => [name, cell]),
      values.map((name) => [name, projection.row[name]?.cell, projection.row[name]?.isStructured]),
    ]),
  }

  const toStored = (key: Key, { position, value }: Positioned<RowOf<C> | null>): StoredRow => {
    const row = value as Readonly<Record<string, unknown>> | null
    const stored: Record<string, Cell> = {
      values_: JSON.stringify(row && values.map((name) => row[name] ?? null)),
      position_: position,
    }
    for (const { name, stored: as } of keys) stored[as] = key[name] ?? ''
    return stored
  }

  const fromStored = (stored: StoredRow): Positioned<RowOf<C> | null> => {
    const position = stored['position_'] as number
    const found = JSON.parse(stored['values_'] as string) as readonly unknown[] | null
    if (found === null) return { position, value: null }
    const row: Record<string, unknown> = {}
    for (const { name, stored: as } of keys) row[name] = stored[as]
    for (const [at, name] of values.entries()) row[name] = found[at] ?? null
    return { position, value: row as RowOf<C> }
  }
  return { table, toStored, fromStored }
}

const cellOf = (column: Column | undefined): CellType => column?.cell ?? 'text'
