import type { Checkpoint } from '@reprise/core/checkpoint.ts'
import { checkpointFromStored, checkpointTableOf } from '@reprise/core/layout/checkpoint-layout.ts'
import type { DocumentStore } from '@reprise/core/ports/document-store.port.ts'
import type { RowStore } from '@reprise/core/ports/row-store.port.ts'
import { storedName } from '@reprise/core/projection.ts'
import type { View } from './watermarks.ts'

/** How far a view is by the checkpoint in its own store, written after its rows (law 11). Fails while that is down. */
export type StoredCheckpoint = (view: View, partition: number) => Promise<{ readonly watermark: number }>

/** Reads checkpoints from the stores that hold the views. */
export const createStoredCheckpoint = (stores: {
  readonly rows: RowStore
  readonly documents: DocumentStore
}): StoredCheckpoint => {
  const ofRows = async (view: View, partition: number): Promise<Checkpoint | undefined> => {
    const table = checkpointTableOf(storedName(view))
    const [row] = await stores.rows.read(table, { partition: { partition_: partition } })
    return row && checkpointFromStored(row)
  }
  const ofDocuments = async (view: View, partition: number): Promise<Checkpoint | undefined> => {
    const index = { name: storedName(view) }
    const id = `checkpoint_/${partition}`
    const document = (await stores.documents.live.get(index, [id])).get(id)
    // What the checkpoint speaks of is stored, but a search sees it only after a refresh that began later.
    await stores.documents.live.refresh(index)
    return document?.['checkpoint_'] as Checkpoint | undefined
  }
  return async (view, partition) => {
    const checkpoint = isDocumentView(view)
      ? await ofDocuments(view, partition)
      : await ofRows(view, partition)
    return { watermark: checkpoint ? checkpoint.offset + 1 : 0 }
  }
}

type DocumentView = View & { readonly store: { readonly kind: 'document' } }

/** Whether the view's documents lie in the document store. */
export const isDocumentView = (view: View): view is DocumentView => view.store.kind === 'document'
