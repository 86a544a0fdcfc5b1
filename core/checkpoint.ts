import { createHash } from 'node:crypto'
import type { QuarantinedGroup } from './quarantine.ts'
import type { StoredRecord } from './ports/log.port.ts'
import { stampOf } from './stamp.ts'

/**
 * Law 11: how far a view is: everything up to `offset` is applied, but for the quarantined groups, to which nothing is
 * applied from where each stopped. Both are written as one, so each checkpoint is true by itself, whoever wrote it. Stored in the view's own store after its rows. The reader starts at `offset`, reads that
 * record again and compares its id.
 */
export type Checkpoint = {
  /** The last applied record. */
  readonly offset: number
  /** The id of that record: another id there means another log. */
  readonly recordId: string
  /**
   * Where the rule stands that says which records count: the last accepted id up to and including that record (law 3),
   * or the highest place in the database's log (law 7).
   */
  readonly lastAcceptedId: string
  /** The cluster that the topic lives in. */
  readonly incarnation: string
  /** Grows when groups are released at the same offset; 0 for the first checkpoint there. */
  readonly revision: number
  /** Law 10. */
  readonly quarantined: readonly QuarantinedGroup[]
}

/** So many times a checkpoint can be written anew at the same offset. */
export const revisionsMax = 1_023

/** Orders checkpoints of a partition, whoever writes them: by offset, then by revision. */
export const checkpointStampOf = ({ offset, revision }: Pick<Checkpoint, 'offset' | 'revision'>): number =>
  stampOf(offset) * (revisionsMax + 1) + revision

/** What tells a record from another one at the same offset: its id, or a hash where its writer gives it none. */
export const recordIdOf = ({ eventId, key, value }: StoredRecord): string =>
  eventId === ''
    ? createHash('sha256').update(key).update('\0').update(value).digest('base64url').slice(0, 22)
    : eventId
