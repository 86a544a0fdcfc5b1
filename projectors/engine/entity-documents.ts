import type { EntityProjection } from '@reprise/core/entity-projection.ts'
import { entityDocumentLayoutOf } from '@reprise/core/layout/entity-layout.ts'
import type { DocumentStore } from '@reprise/core/ports/document-store.port.ts'
import type { DocumentStorage } from '@reprise/core/projection.ts'
import { stampOf } from '@reprise/core/stamp.ts'
import { createDocumentCheckpoints } from './checkpoints.ts'
import type { EntityStore } from './entity-view.ts'
import { writeDocuments } from './groups-refused.ts'
import { createPromotion } from './promotion.ts'

type DocumentView = EntityProjection & { readonly store: DocumentStorage<'entity'> }

const pageSize = 1_000
/** So many terms a query takes by default. */
const targetsMax = 1_000

/** Entities in OpenSearch: a document each, which names what it refers to. */
export const createEntityDocuments = (projection: DocumentView, store: DocumentStore): EntityStore => {
  const { index, toStored, entityIn } = entityDocumentLayoutOf(projection)

  async function* sourcesOf(targets: readonly string[]) {
    for (let after: string | undefined, ended = false; !ended;) {
      const found = await store.find(index, {
        field: 'refers_',
        values: targets,
        sortedBy: 'entity_',
        limit: pageSize,
        ...(after !== undefined && { after }),
      })
      yield found
      after = found.at(-1)
      ended = found.length < pageSize
    }
  }

  return {
    ensure: () => store.ensure(index),
    load: async (ids) => {
      const documents = await store.get(index, ids)
      return ids.map((id) => {
        const document = documents.get(id)
        return document && entityIn(document)
      })
    },
    referringTo: async function* (targets) {
      await store.refresh(index)
      for (let at = 0; at < targets.length; at += targetsMax)
        yield* sourcesOf(targets.slice(at, at + targetsMax))
    },
    write: (written) => {
      const writes = written.map((one) => ({
        group: one.id,
        id: one.id,
        document: toStored(one),
        stamp: stampOf(one.position),
      }))
      return writeDocuments(projection, writes, (all) => store.write(index, all))
    },
    checkpoints: createDocumentCheckpoints(store, index),
    onLost: store.onLost,
    settle: createPromotion(store, index),
  }
}
