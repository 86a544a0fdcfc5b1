import { referencesOf, type Entity } from '../catalogue/entity.ts'
import type { Columns, RowOf } from '../columns.ts'
import type { DocumentIndex } from '../ports/document-store.port.ts'
import type { StoredRow, Table } from '../ports/row-store.port.ts'
import type { DocumentStorage, RowStorage } from '../projection.ts'
import type { Positioned } from './column-name.ts'
import { documentLayoutOf } from './document-layout.ts'
import { rowLayoutOf } from './row-layout.ts'

/** An entity, what is shown of it, and the last event that touched either. */
export type ShownEntity<Row> = {
  readonly id: string
  readonly position: number
  readonly entity: Entity
  readonly shown: Row | null
}

type Declared<C extends Columns, S> = {
  readonly name: string
  readonly version: number
  readonly row: C
  readonly store: S
}

/** Entities as rows. The entity's own facts lie beside what is shown, so that the fold goes on from them. */
export const entityRowLayoutOf = <C extends Columns>(projection: Declared<C, RowStorage<'entity'>>) => {
  const { table: shownTable, toStored } = rowLayoutOf(projection)
  const table: Table = { ...shownTable, columns: { ...shownTable.columns, own_: 'text' } }
  return {
    table,
    toStored: ({ id, position, entity, shown }: ShownEntity<RowOf<C>>): StoredRow => ({
      ...toStored({ entity: id }, { position, value: shown }),
      own_: JSON.stringify(entity),
    }),
    entityIn: (stored: StoredRow): Positioned<Entity> => ({
      position: stored['position_'] as number,
      value: JSON.parse(stored['own_'] as string) as Entity,
    }),
  }
}

/** Who refers to an entity: a row per referring one. A link that ended is a marker, never deleted (law 6). */
export const entityLinksOf = (view: string): Table => ({
  name: `${view}_links`,
  partitionKey: ['target_'],
  clustering: ['source_'],
  columns: { target_: 'text', source_: 'text', absent_: 'boolean', position_: 'bigint' },
})

/** Entities as documents. A document names what it refers to, so that it is found when that changes. */
export const entityDocumentLayoutOf = <C extends Columns>(
  projection: Declared<C, DocumentStorage<'entity'>>,
) => {
  const { index: shownIndex, toStored } = documentLayoutOf(projection)
  const index: DocumentIndex = {
    ...shownIndex,
    mappings: {
      ...shownIndex.mappings,
      properties: {
        ...(shownIndex.mappings['properties'] as object),
        own_: { type: 'object', enabled: false },
        entity_: { type: 'keyword' },
        refers_: { type: 'keyword' },
      },
    },
  }
  return {
    index,
    toStored: ({ id, position, entity, shown }: ShownEntity<RowOf<C>>) => ({
      ...toStored({ position, value: shown }),
      own_: entity,
      entity_: id,
      refers_: referencesOf(entity),
    }),
    entityIn: (stored: Readonly<Record<string, unknown>>): Positioned<Entity> => ({
      position: stored['position_'] as number,
      value: stored['own_'] as Entity,
    }),
  }
}
