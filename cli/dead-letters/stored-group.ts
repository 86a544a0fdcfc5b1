import { columnNameOf } from '@reprise/core/layout/column-name.ts'
import { countLayoutOf } from '@reprise/core/layout/count-layout.ts'
import { documentLayoutOf } from '@reprise/core/layout/document-layout.ts'
import { listLayoutOf } from '@reprise/core/layout/list-layout.ts'
import { rowLayoutOf } from '@reprise/core/layout/row-layout.ts'
import type { DocumentStore } from '@reprise/core/ports/document-store.port.ts'
import type { Cell, RowStore, StoredRow, Table } from '@reprise/core/ports/row-store.port.ts'
import type { AnyProjection } from '@reprise/core/projection.ts'
import { isWholePartition, keyValuesOf } from '@reprise/core/quarantine.ts'

type Stores = { readonly rows: RowStore; readonly documents: DocumentStore }
type Shown = Readonly<Record<string, unknown>>

/**
 * A group as it stands in its view, row by row with the engine's own columns; empty where nothing is stored. What lies in
 * a row's `values_` is shown by its names; null where the row is a marker of absence.
 */
export const storedGroupOf = async (
  projection: AnyProjection,
  group: string,
  { rows, documents }: Stores,
): Promise<readonly Shown[]> => {
  if (isWholePartition(group) || projection.store.kind === 'effect') return []
  const { store } = projection
  const values = keyValuesOf(group)
  if (store.kind === 'document') {
    const { index } = documentLayoutOf({ ...projection, store })
    const document = (await documents.live.get(index, [values[0] ?? ''])).get(values[0] ?? '')
    return document ? [document] : []
  }
  const { table, keys, shown } = tableIn(projection)
  const wanted = Object.fromEntries(keys.map((key, at) => [key, cellOf(table, key, values[at] ?? '')]))
  const found = await rows.read(table, {
    partition: Object.fromEntries(table.partitionKey.map((key) => [key, wanted[key] ?? ''])),
  })
  return found.filter((row) => keys.every((key) => row[key] === wanted[key])).map(shown)
}

type ShownTable = {
  readonly table: Table
  readonly keys: readonly string[]
  readonly shown: (row: StoredRow) => Shown
}

const tableIn = (projection: AnyProjection): ShownTable => {
  const { store } = projection
  if (store.kind === 'row') {
    const { table, fromStored } = rowLayoutOf({ ...projection, store })
    const shown = (row: StoredRow) => ({ ...row, values_: fromStored(row).value })
    return { table, keys: [...table.partitionKey, ...table.clustering], shown }
  }
  if (store.kind === 'pages') {
    const { table } = listLayoutOf({ ...projection, store })
    return { table, keys: table.partitionKey, shown: shownWithJson }
  }
  const { table } = countLayoutOf({ ...projection, store } as never)
  return {
    table,
    keys: [...table.partitionKey, columnNameOf((store as { readonly clustering: string }).clustering)],
    shown: shownWithJson,
  }
}

const cellOf = ({ columns }: Table, name: string, value: string): Cell =>
  columns[name] === 'int' || columns[name] === 'bigint' ? Number(value) : value

/** Blobs hold JSON. */
const shownWithJson = (row: StoredRow): Shown =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      Buffer.isBuffer(value) ? (JSON.parse(value.toString('utf8')) as unknown) : value,
    ]),
  )
