import { checkpointStampOf, type Checkpoint } from '@reprise/core/checkpoint.ts'
import {
  checkpointFromStored,
  checkpointTableOf,
  checkpointToStored,
} from '@reprise/core/layout/checkpoint-layout.ts'
import type { DocumentIndex, DocumentStore } from '@reprise/core/ports/document-store.port.ts'
import type { RowStore } from '@reprise/core/ports/row-store.port.ts'

/** Checkpoints of a view by partition, in the store that holds the view (law 11). */
export type Checkpoints = {
  readonly read: (partition: number) => Promise<Checkpoint | undefined>
  /** A lower one never replaces a higher one. */
  readonly write: (partition: number, checkpoint: Checkpoint) => Promise<void>
  /**
   * Asks whether what was stored before is still there: before each checkpoint is written, as the rows it tells of may be
   * older. Missing where the store never loses what it acknowledged; there others judge a view by its checkpoints, and each
   * goes with its rows.
   * @throws {StoreUnavailable} when it may not be.
   */
  readonly confirm?: () => Promise<void>
}

/** Checkpoints in a table beside the view's. `ensure` creates it. */
export const createRowCheckpoints = (
  store: RowStore,
  view: string,
): Checkpoints & { readonly ensure: () => Promise<void> } => {
  const table = checkpointTableOf(view)
  return {
    ensure: () => store.ensure(table),
    read: async (partition) => {
      const [row] = await store.read(table, { partition: { partition_: partition } })
      return row && checkpointFromStored(row)
    },
    write: (partition, checkpoint) =>
      store.writeTogether(table, [
        { row: checkpointToStored(partition, checkpoint), stamp: checkpointStampOf(checkpoint) },
      ]),
    confirm: store.confirm,
  }
}

/**
 * Checkpoints as documents of the view's own index, marked absent so that no search finds them. Another index takes its
 * place when that one's checkpoints are at these, so they say all that readers may have seen.
 */
export const createDocumentCheckpoints = (store: DocumentStore, index: DocumentIndex): Checkpoints => ({
  read: async (partition) => {
    const documents = await store.get(index, [idOf(partition)])
    const found = documents.get(idOf(partition))?.['checkpoint_'] as Checkpoint | undefined
    // Checkpoints of a release without quarantine say nothing of it.
    return found && { ...withoutGroups, ...found }
  },
  write: (partition, checkpoint) =>
    store.write(index, [
      {
        id: idOf(partition),
        document: { position_: checkpoint.offset, absent_: true, checkpoint_: checkpoint },
        stamp: checkpointStampOf(checkpoint),
      },
    ]),
})

const idOf = (partition: number) => `checkpoint_/${partition}`

const withoutGroups = { revision: 0, quarantined: [] } as const

/** Whether two checkpoints are the same place in the same history. */
export const isSameCheckpoint = (a: Checkpoint | undefined, b: Checkpoint | undefined): boolean =>
  a?.offset === b?.offset &&
  a?.revision === b?.revision &&
  a?.recordId === b?.recordId &&
  a?.lastAcceptedId === b?.lastAcceptedId &&
  a?.incarnation === b?.incarnation
