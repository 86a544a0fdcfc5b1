import type { Columns } from '../columns.ts'
import type { StoredRow, Table } from '../ports/row-store.port.ts'
import { storedName, type CountStorage } from '../projection.ts'
import { columnNameOf, type Positioned } from './column-name.ts'
import { fingerprintOf } from './physical-index.ts'

/** What a layout reads of a projection that is stored as partial counts. */
export type CountProjection<C extends Columns = Columns> = {
  readonly name: string
  readonly version: number
  readonly row: C
  readonly store: CountStorage<string>
}

/**
 * Sums by slot, flat, since states are many and small: a slot, its sums in the order of the declaration's columns, the next
 * slot. {@link eachSlot} reads them.
 */
export type Slots = readonly (string | number)[]

/** The slots and the sums of each, of so many columns. */
export function* eachSlot(
  slots: Slots,
  columns: number,
): Generator<readonly [slot: string, sums: readonly number[]]> {
  for (let at = 0; at < slots.length; at += 1 + columns)
    yield [slots[at] as string, slots.slice(at + 1, at + 1 + columns) as number[]]
}

/** Which packed row: the two key columns and the source partition (law 7). */
export type CountKey = { readonly owner: string; readonly bucket: string; readonly partition: number }

/** How partial counts lie in Cassandra: one packed row per key and source partition. */
export type CountLayout = {
  readonly table: Table
  readonly toStored: (key: CountKey, state: Positioned<Slots>) => StoredRow
  readonly keyOf: (stored: StoredRow) => CountKey
  readonly fromStored: (stored: StoredRow) => Positioned<Slots>
}

/** See {@link CountLayout}. */
export const countLayoutOf = (projection: CountProjection): CountLayout => {
  const owner = columnNameOf(projection.store.partitionKey)
  const bucket = columnNameOf(projection.store.clustering)
  const columns = Object.keys(projection.row).length
  const table: Table = {
    name: storedName(projection),
    partitionKey: [owner],
    clustering: [bucket, 'partition_'],
    columns: { [owner]: 'text', [bucket]: 'text', partition_: 'int', counts_: 'blob', position_: 'bigint' },
    layout: fingerprintOf(Object.keys(projection.row)),
  }
  return {
    table,
    toStored: (key, { position, value }) => ({
      [owner]: key.owner,
      [bucket]: key.bucket,
      partition_: key.partition,
      counts_: Buffer.from(jsonOf(value, columns)),
      position_: position,
    }),
    keyOf: (stored) => ({
      owner: stored[owner] as string,
      bucket: stored[bucket] as string,
      partition: stored['partition_'] as number,
    }),
    fromStored: (stored) => ({
      position: stored['position_'] as number,
      value: (JSON.parse((stored['counts_'] as Buffer).toString('utf8')) as [string, number[]][]).flatMap(
        ([slot, sums]) => [slot, ...sums],
      ),
    }),
  }
}

/** `[[slot, sums], …]`, without these arrays. */
const jsonOf = (slots: Slots, columns: number): string => {
  let json = ''
  for (let at = 0; at < slots.length; at++) {
    const place = at % (1 + columns)
    if (place === 0) json += `${at === 0 ? '[[' : ']],['}${JSON.stringify(slots[at])},[`
    else json += place === 1 ? `${slots[at]}` : `,${slots[at]}`
  }
  return json === '' ? '[]' : `${json}]]]`
}
