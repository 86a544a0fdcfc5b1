import type { Columns } from '@reprise/core/columns.ts'
import type { Positioned } from '@reprise/core/layout/column-name.ts'
import { documentLayoutOf } from '@reprise/core/layout/document-layout.ts'
import type { Position } from '@reprise/core/position.ts'
import { type Key, storedName } from '@reprise/core/projection.ts'
import { createCountReader } from '@reprise/core/readers/count-reader.ts'
import { createRowReader } from '@reprise/core/readers/row-reader.ts'
import { notesOf } from '../shown-positions.ts'
import type { DerivedRoute } from './derived-route.ts'
import type { Subject } from './visibility.ts'

/** What a whole key leads to: null where nothing is, or is no more. */
export type Found = {
  readonly value: Subject | null
  /** The newest events in it, as far as it is known which partition they stand in. */
  readonly positions: readonly Position[]
}

/** Reads what a whole key leads to. */
export type ResourceReader = (key: Key) => Promise<Found>

/** See {@link ResourceReader}. @throws for lists, which have no rows of their own. */
export const createResourceReader = ({
  projection: { store, ...projection },
  sources: { rows, documents },
  positionsOf,
}: DerivedRoute): ResourceReader => {
  const foundOf = (key: Key, state: Positioned<Subject | null> | undefined): Found => ({
    value: state?.value ?? null,
    positions: state ? positionsOf({ ...key, ...state.value }, state.position) : [],
  })
  switch (store.kind) {
    case 'row': {
      const { find } = createRowReader(rows, { ...projection, store })
      return async (key) => foundOf(key, await find(key))
    }
    case 'document': {
      const { fromStored } = documentLayoutOf({ ...projection, store })
      const index = { name: storedName(projection) }
      return async (key) => {
        const id = String(key[store.id])
        const document = (await documents.live.get(index, [id])).get(id)
        return foundOf(key, document && fromStored(document))
      }
    }
    case 'count': {
      const read = createCountReader(rows, { ...projection, store })
      return async (key) => {
        const [owner, bucket] = [String(key[store.partitionKey]), String(key[store.clustering])]
        const { positions, note } = notesOf(projection.from)
        const counts = await read(owner, [bucket], note)
        return { value: { ...key, ...summed(projection.row, counts.get(bucket)) }, positions }
      }
    }
    case 'pages':
      throw new Error(`it is a list: its path names the list and nothing more`)
    case 'effect':
      throw new Error(`it has an effect, and nothing to show`)
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
