import { nowhere, type Positioned } from '@reprise/core/layout/column-name.ts'
import { documentLayoutOf, type DocumentProjection } from '@reprise/core/layout/document-layout.ts'
import type { DocumentStore } from '@reprise/core/ports/document-store.port.ts'
import type { AnyProjection } from '@reprise/core/projection.ts'
import { stampOf } from '@reprise/core/stamp.ts'
import { createDocumentCheckpoints } from './checkpoints.ts'
import { createRowFold, type AnyRow } from './fold-row.ts'
import { writeDocuments } from './groups-refused.ts'
import type { Group } from './groups.ts'
import { createPromotion } from './promotion.ts'
import type { View } from './view.ts'

type State = Positioned<AnyRow>

const unwritten: State = { position: nowhere, value: null }

/** Search documents in OpenSearch, one per group; searches see them after a refresh. */
export const createDocumentView = (
  projection: AnyProjection & DocumentProjection,
  store: DocumentStore,
): View<State> => {
  const { index, toStored, fromStored } = documentLayoutOf(projection)
  const idOf = ({ key }: Group) => String(key[projection.store.id])
  const weight = Object.keys(projection.row).length

  return {
    ensure: () => store.ensure(index),
    load: async (groups) => {
      const documents = await store.get(index, groups.map(idOf))
      return groups.map((group) => {
        const document = documents.get(idOf(group))
        return document === undefined ? unwritten : fromStored(document)
      })
    },
    fold: createRowFold(projection),
    write: async (touched) => {
      if (touched.length === 0) return
      const writes = touched.map(({ group, state }) => ({
        group: group.id,
        id: idOf(group),
        document: toStored(state as Positioned<never>),
        stamp: stampOf(state.position),
      }))
      await writeDocuments(projection, writes, (all) => store.write(index, all))
    },
    initial: unwritten,
    remembers: true,
    weigh: () => weight,
    checkpoints: createDocumentCheckpoints(store, index),
    onLost: store.onLost,
    settle: createPromotion(store, index),
  }
}
