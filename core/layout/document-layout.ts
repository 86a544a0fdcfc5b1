import type { Columns, RowOf } from '../columns.ts'
import type { DocumentIndex } from '../ports/document-store.port.ts'
import { storedName, type DocumentStorage } from '../projection.ts'
import type { Positioned } from './column-name.ts'

/** What a layout reads of a projection that is stored as search documents. */
export type DocumentProjection<C extends Columns = Columns> = {
  readonly name: string
  readonly version: number
  readonly row: C
  readonly store: DocumentStorage<string>
}

type StoredDocument = Readonly<Record<string, unknown>>

/**
 * How documents of a projection lie in OpenSearch. Every search filters by `absent_: false`: it leaves out markers of
 * absence, and the checkpoints, which lie in the same index so that both are deleted together (law 11).
 */
export type DocumentLayout<Row> = {
  readonly index: DocumentIndex
  readonly toStored: (state: Positioned<Row | null>) => StoredDocument
  readonly fromStored: (stored: StoredDocument) => Positioned<Row | null>
}

/** The filter that every search has. */
export const presentOnly = { term: { absent_: false } } as const

/** Fields are named as in the declaration; the declaration's mappings are those of its fields. */
export const documentLayoutOf = <C extends Columns>(
  projection: DocumentProjection<C>,
): DocumentLayout<RowOf<C>> => {
  const names = Object.keys(projection.row)
  return {
    index: {
      name: storedName(projection),
      settings: projection.store.settings,
      mappings: {
        dynamic: 'strict',
        properties: {
          ...projection.store.mappings,
          position_: { type: 'long', index: false },
          absent_: { type: 'boolean' },
          checkpoint_: { type: 'object', enabled: false },
        },
      },
    },
    toStored: ({ position, value }) => ({
      ...(value !== null &&
        Object.fromEntries(names.map((name) => [name, value[name as keyof typeof value]]))),
      position_: position,
      absent_: value === null,
    }),
    fromStored: (stored) => ({
      position: stored['position_'] as number,
      value:
        stored['absent_'] === true
          ? null
          : (Object.fromEntries(names.map((name) => [name, stored[name] ?? null])) as RowOf<C>),
    }),
  }
}
