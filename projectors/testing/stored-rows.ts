import { countLayoutOf, eachSlot } from '@reprise/core/layout/count-layout.ts'
import { documentLayoutOf } from '@reprise/core/layout/document-layout.ts'
import { listLayoutOf } from '@reprise/core/layout/list-layout.ts'
import { rowLayoutOf } from '@reprise/core/layout/row-layout.ts'
import type { AnyProjection } from '@reprise/core/projection.ts'
import { createListReader } from '@reprise/core/readers/list-reader.ts'
import type { Stores } from '../engine/create-view.ts'
import type { VisibleStores } from './in-memory-run.ts'

/** A row as its declaration has it; a list with its key and items; sums with their key, added up over partitions. */
export type DeclaredRow = Readonly<Record<string, unknown>>

/** All that a view in memory holds, in the declaration's terms and in no order; what is absent is left out. */
export const storedRows = async (
  { store, ...projection }: AnyProjection,
  { rows, documents }: Stores & VisibleStores,
): Promise<readonly DeclaredRow[]> => {
  switch (store.kind) {
    case 'row': {
      const { table, fromStored } = rowLayoutOf({ ...projection, store })
      return present(rows.rowsOf(table).map((row) => fromStored(row).value))
    }
    case 'document': {
      const { index, fromStored } = documentLayoutOf({ ...projection, store })
      const all = [...documents.documentsOf(index)].filter(([id]) => !id.startsWith('checkpoint_'))
      return present(all.map(([, document]) => fromStored(document).value))
    }
    case 'pages': {
      const { table } = listLayoutOf({ ...projection, store })
      const read = createListReader(rows, { ...projection, store })
      const [column = ''] = table.partitionKey
      const owners = [...new Set(rows.rowsOf(table).map((row) => String(row[column])))]
      return Promise.all(
        owners.map(async (owner) => {
          const list = await read(owner, { from: 0, count: Infinity })
          return { [store.partitionKey]: owner, items: list?.items ?? [] }
        }),
      )
    }
    case 'count': {
      const { table, keyOf, fromStored } = countLayoutOf({ ...projection, store })
      const names = Object.keys(projection.row)
      const totals = new Map<string, Record<string, string | number>>()
      for (const stored of rows.rowsOf(table)) {
        const { owner, bucket } = keyOf(stored)
        for (const [slot, sums] of eachSlot(fromStored(stored).value, names.length)) {
          const key = { [store.partitionKey]: owner, [store.clustering]: bucket, slot }
          const id = JSON.stringify(key)
          const before = totals.get(id) ?? { ...key, ...Object.fromEntries(names.map((name) => [name, 0])) }
          for (const [at, name] of names.entries()) before[name] = Number(before[name]) + (sums[at] ?? 0)
          totals.set(id, before)
        }
      }
      return [...totals.values()]
    }
    case 'effect':
      return []
  }
}

const present = (rows: readonly (DeclaredRow | null)[]): readonly DeclaredRow[] =>
  rows.filter((row) => row !== null)
