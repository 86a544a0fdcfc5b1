import { revisionsMax, type Checkpoint } from '@reprise/core/checkpoint.ts'
import type { StoredRecord } from '@reprise/core/ports/log.port.ts'
import { recordIdOf } from '@reprise/core/checkpoint.ts'
import type { Stopped } from './stopped-letters.ts'
import type { Follower } from './follow-topic.ts'
import type { Admitted, Lease } from './lease.ts'
import { heldBy, quarantinedOf, withStopped, type Quarantine } from './quarantine.ts'
import type { Failure, Turn } from './turn.ts'

/** What applies records of a partition and writes down how far that came: the steps that live and redrive share. */
export type PartitionWork<Event> = {
  /** Takes accepted records in. Answers the groups that stopped; their letters are in the log. */
  readonly apply: (lease: Lease<Event>, records: readonly StoredRecord[], isHeld: Held) => Promise<Quarantine>
  /** Stores the effect of what was taken in. */
  readonly store: (lease: Lease<Event>) => Promise<void>
  /** Tells how far that is stored, past the last checkpoint. */
  readonly tell: (lease: Lease<Event>, place: Admitted['place']) => void
  /** Writes a checkpoint behind its rows, if the store still has them. */
  readonly mark: (lease: Lease<Event>, checkpoint: Checkpoint) => Promise<void>
  /** The same, and tells of it. */
  readonly reach: (lease: Lease<Event>, checkpoint: Checkpoint) => Promise<void>
}

type Held = Turn<unknown>['isHeld']

/** See {@link PartitionWork}. */
export const createPartitionWork = <Event>(follower: Follower<Event>): PartitionWork<Event> => {
  const { reading, checkpoints, letters } = follower

  const stoppedOf = (lease: Lease<Event>, failures: readonly Failure[], records: readonly StoredRecord[]) => {
    const byOffset = new Map(records.map((record) => [record.offset, record]))
    return failures.map((failure): Stopped => {
      const record = byOffset.get(failure.offset)
      if (record === undefined) throw new Error(`no record was given at offset ${failure.offset}`)
      const entry = quarantinedOf(lease.quarantine(), failure, recordIdOf(record))
      return { entry, record, cause: failure.cause }
    })
  }

  const tell = (lease: Lease<Event>, { offset }: Pick<Checkpoint, 'offset'>) => {
    const isCurrent = () => !lease.hasEnded()
    const reached = { watermark: offset + 1, quarantined: lease.quarantine() }
    if (isCurrent()) follower.applied(lease.partition, reached, isCurrent)
  }

  const mark = async (lease: Lease<Event>, checkpoint: Checkpoint): Promise<void> => {
    if (lease.hasEnded()) return
    // The process, or the store, may have stood still since its rows were written.
    await checkpoints.confirm?.()
    if (lease.hasEnded()) return
    await checkpoints.write(lease.partition, checkpoint)
    lease.checkpoint = checkpoint
    lease.pastCheckpoint = undefined
  }

  return {
    apply: async (lease, records, isHeld) => {
      const { partition } = lease
      const failures: Failure[] = []
      await lease.stay.apply({
        partition,
        ...reading.eventsOf(partition, records),
        isCurrent: () => !lease.hasEnded(),
        isHeld,
        isDiscarded: letters?.discarded(partition),
        fail: (failure) => failures.push(failure),
      })
      if (failures.length === 0) return []
      const stopped = stoppedOf(lease, failures, records)
      if (!lease.hasEnded()) await letters?.publish(partition, stopped)
      return stopped.map(({ entry }) => entry)
    },
    store: (lease) =>
      lease.stay.store(
        () => !lease.hasEnded(),
        () => follower.onPart?.(lease.partition),
      ),
    tell,
    mark,
    reach: async (lease, checkpoint) => {
      await mark(lease, checkpoint)
      tell(lease, checkpoint)
    },
  }
}

/** The checkpoint of a place that was reached in the log. */
export const checkpointAt = (
  lease: Pick<Lease, 'quarantine'>,
  place: Admitted['place'],
  stopped: Quarantine = [],
): Checkpoint => ({ ...place, revision: 0, quarantined: withStopped(lease.quarantine(), stopped) })

/** The next checkpoint at the same place, with other groups in quarantine; undefined when there were too many. */
export const revisedCheckpoint = (checkpoint: Checkpoint, quarantined: Quarantine): Checkpoint | undefined =>
  checkpoint.revision >= revisionsMax
    ? undefined
    : { ...checkpoint, revision: checkpoint.revision + 1, quarantined }

/** Whether a group waits by the last checkpoint. */
export const heldIn = (lease: Pick<Lease, 'quarantine'>): Held => heldBy(lease.quarantine())
