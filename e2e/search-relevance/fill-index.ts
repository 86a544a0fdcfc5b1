import { setTimeout as pause } from 'node:timers/promises'
import { entityIdOf } from '@reprise/core/catalogue/entity.ts'
import { entityDocumentLayoutOf } from '@reprise/core/layout/entity-layout.ts'
import type { DocumentStore } from '@reprise/core/ports/document-store.port.ts'
import { StoreUnavailable } from '@reprise/core/ports/store-failure.ts'
import { catalogueSearch } from '@reprise/projectors/catalogue-search.projection.ts'
import type { Entities } from './catalogue-entities.ts'

/** Indexes a catalogue as the projector would, without the log. Resolves to the number of documents, seen by searches. */
export const fillIndex = async (documents: DocumentStore, { all, referred }: Entities): Promise<number> => {
  const { index, toStored } = entityDocumentLayoutOf(catalogueSearch)
  await documents.ensure(index)
  let filled = 0
  for (let from = 0; from < all.length; from += batchSize) {
    const writes = all.slice(from, from + batchSize).map((entity, at) => {
      const id = entityIdOf(entity.kind, entity.id)
      const shown = catalogueSearch.show(entity, referred)
      const document = toStored({ id, position: from + at, entity, shown })
      return { id, document, stamp: from + at + 1 }
    })
    await patiently(() => documents.write(index, writes))
    filled += writes.length
  }
  await documents.refresh(index)
  return filled
}

const batchSize = 1_000

/** A node that is short of memory refuses for a moment. */
const patiently = async (write: () => Promise<void>): Promise<void> => {
  for (let attempt = 1; ; attempt++) {
    try {
      await write()
      return
    } catch (error) {
      if (!(error instanceof StoreUnavailable) || attempt === 30) throw error
      await pause(1_000)
    }
  }
}
