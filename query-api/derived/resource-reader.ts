import type { Columns } from '@reprise/core/columns.ts'
import type { Positioned } from '@reprise/core/layout/column-name.ts'
import { documentLayoutOf } from '@reprise/core/layout/document-layout.ts'
import { type Key, storedName } from '@reprise/core/projection.ts'
import { createCountReader } from '@reprise/core/readers/count-reader.ts'
import { createRowReader } from '@reprise/core/readers/row-reader.ts'
import type { Sources } from '../sources.ts'
import type { Served } from './served.ts'
import type { Subject } from './visibility.ts'

/** Reads what a whole key leads to; the position is undefined where many are added up. */
export type ResourceReader = (
  key: Key,
) => Promise<(Omit<Positioned<Subject>, 'position'> & { readonly position?: number }) | undefined>

/** See {@link ResourceReader}. @throws for lists, which have no rows of their own. */
export const createResourceReader = (
  { store, ...projection }: Served,
  { rows, documents }: Sources,
): ResourceReader => {
  switch (store.kind) {
    case 'row':
      return createRowReader(rows, { ...projection, store }).get
    case 'document': {
      const { fromStored } = documentLayoutOf({ ...projection, store })
      const index = { name: storedName(projection) }
      return async (key) => {
        const id = String(key[store.id])
        const document = (await documents.live.get(index, [id])).get(id)
        const state = document && fromStored(document)
        return state?.value ? { position: state.position, value: state.value } : undefined
      }
    }
    case 'count': {
      const read = createCountReader(rows, { ...projection, store })
      return async (key) => {
        const [owner, bucket] = [String(key[store.partitionKey]), String(key[store.clustering])]
        return { value: { ...key, ...summed(projection.row, (await read(owner, [bucket])).get(bucket)) } }
      }
    }
    case 'pages':
      throw new Error(`${projection.name} is a list: its path names the list and nothing more`)
    case 'effect':
      throw new Error(`${projection.name} has an effect, and nothing to show`)
  }
}

/** Sums of a bucket by slot and over all slots; zeros where nothing was counted. */
export const summed = (
  columns: Columns,
  slots: ReadonlyMap<string, Readonly<Record<string, number>>> = new Map(),
): Subject => {
  const names = Object.keys(columns)
  const bySlot = [...slots].sort(([a], [b]) => (a < b ? -1 : 1))
  const total = (name: string) => bySlot.reduce((sum, [, sums]) => sum + (sums[name] ?? 0), 0)
  return {
    ...Object.fromEntries(names.map((name) => [name, total(name)])),
    slots: bySlot.map(([slot, sums]) => ({ slot, ...sums })),
  }
}
