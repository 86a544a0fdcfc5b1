import type { Checkpoint } from '../checkpoint.ts'
import type { QuarantinedGroup } from '../quarantine.ts'
import type { StoredRow, Table } from '../ports/row-store.port.ts'

/**
 * The table of a view's checkpoints, beside the view's own: who drops a view drops both (law 11). The 2 stands for its
 * second set of columns: one of the first is not read any more, and its view is applied anew.
 */
export const checkpointTableOf = (view: string): Table => ({
  name: `${view}_2_checkpoint`,
  partitionKey: ['partition_'],
  clustering: [],
  columns: {
    partition_: 'int',
    position_: 'bigint',
    record_id: 'text',
    last_accepted_id: 'text',
    incarnation: 'text',
    revision: 'int',
    quarantined: 'text',
  },
})

/** A checkpoint as a row. */
export const checkpointToStored = (partition: number, checkpoint: Checkpoint): StoredRow => ({
  partition_: partition,
  position_: checkpoint.offset,
  record_id: checkpoint.recordId,
  last_accepted_id: checkpoint.lastAcceptedId,
  incarnation: checkpoint.incarnation,
  revision: checkpoint.revision,
  quarantined: JSON.stringify(checkpoint.quarantined),
})

/** A row as a checkpoint. */
export const checkpointFromStored = (stored: StoredRow): Checkpoint => ({
  offset: stored['position_'] as number,
  recordId: stored['record_id'] as string,
  lastAcceptedId: stored['last_accepted_id'] as string,
  incarnation: stored['incarnation'] as string,
  revision: stored['revision'] as number,
  quarantined: JSON.parse(stored['quarantined'] as string) as readonly QuarantinedGroup[],
})
