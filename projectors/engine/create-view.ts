import type { Outside } from '@reprise/core/ports/outside.port.ts'
import type { DocumentStore } from '@reprise/core/ports/document-store.port.ts'
import type { RowStore } from '@reprise/core/ports/row-store.port.ts'
import type { RecordedEvent } from '@reprise/core/event.ts'
import type { AnyProjection } from '@reprise/core/projection.ts'
import { createApplier, type Applier } from './applier.ts'
import { createCountView } from './count-view.ts'
import { createDocumentView } from './document-view.ts'
import { createEffectView } from './effect-view.ts'
import { createGrouping } from './groups.ts'
import { createListView } from './list-view.ts'
import { createRowView } from './row-view.ts'

/** The stores that views are kept in, and what is outside. */
export type Stores = {
  readonly rows: RowStore
  readonly documents: DocumentStore
  /** Missing where no projection has an effect. */
  readonly outside?: Outside
}

/** The one place that knows all kinds of storage. */
export const createView = (
  projection: AnyProjection,
  { rows, documents, outside }: Stores,
): Applier<RecordedEvent> => {
  const { store, onFailure } = projection
  const options = { group: createGrouping(projection), onFailure }
  switch (store.kind) {
    case 'row':
      return createApplier(createRowView({ ...projection, store }, rows), options)
    case 'pages':
      return createApplier(createListView({ ...projection, store }, rows), options)
    case 'count':
      return createApplier(createCountView({ ...projection, store }, rows), options)
    case 'document':
      return createApplier(createDocumentView({ ...projection, store }, documents), options)
    case 'effect':
      if (outside === undefined)
        throw new Error(`${projection.name} has an effect, and nothing may be done here`)
      return createApplier(createEffectView({ ...projection, store }, rows, outside), options)
  }
}
