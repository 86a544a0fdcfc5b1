import type { CatalogueEvent } from '@reprise/core/catalogue/catalogue-event.ts'
import type { EntityProjection } from '@reprise/core/entity-projection.ts'
import type { Applier } from './applier.ts'
import type { Stores } from './create-view.ts'
import { createEntityDocuments } from './entity-documents.ts'
import { createEntityRows } from './entity-rows.ts'
import { createEntityView } from './entity-view.ts'

/** A view of the catalogue in the store that its declaration names. */
export const createEntityApplier = (
  projection: EntityProjection,
  stores: Stores,
): Applier<CatalogueEvent> => {
  const { store: storage } = projection
  const store =
    storage.kind === 'row'
      ? createEntityRows({ ...projection, store: storage }, stores.rows)
      : createEntityDocuments({ ...projection, store: storage }, stores.documents)
  return { ...store, ...createEntityView(projection, store) }
}
