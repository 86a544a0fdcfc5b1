import type { EventTopic } from '@reprise/schemas/topics.ts'
import { recordIdOf, type Checkpoint } from '@reprise/core/checkpoint.ts'
import { LogBroken, type StoredRecord } from '@reprise/core/ports/log.port.ts'
import type { Quarantine } from './quarantine.ts'
import type { Stay } from './stay.ts'
import type { Admission } from './topic-reading.ts'

/** Records that were admitted, and the place in the log that is reached once they are applied. */
export type Admitted = {
  readonly accepted: readonly StoredRecord[]
  readonly place: Omit<Checkpoint, 'revision' | 'quarantined'>
}

/** Records that are taken in and not stored. */
export type Gathered = {
  readonly place: Admitted['place']
  readonly records: number
  /** When the first ones were taken in, by the process's clock. */
  readonly since: number
  /** When they will be stored if nothing more comes. */
  readonly dueAt: number
}

/** One stay of a partition with this reader, from its assignment until it is taken away or begun anew. */
export type Lease<Event = never> = {
  readonly partition: number
  /** The last checkpoint that was read or written. */
  checkpoint: Checkpoint | undefined
  /** By a new assignment, a loss of the store, or the end of the process: nothing it does counts any more. */
  readonly hasEnded: () => boolean
  readonly end: () => void
  /** What becomes of its events. */
  readonly stay: Stay<Event>
  /** What was taken in and isn't stored. */
  gathered: Gathered | undefined
  /** How far it is stored past the last checkpoint. */
  pastCheckpoint: Admitted['place'] | undefined
  /**
   * Takes the partition's next records: compares the first one after a resumption with the checkpoint, and drops
   * those that don't count (law 3). Undefined when there is nothing new.
   * @throws {LogBroken} when these are not the records that follow the checkpoint.
   */
  readonly admit: (records: readonly StoredRecord[]) => Admitted | undefined
  /** The groups that wait, by the last checkpoint. */
  readonly quarantine: () => Quarantine
  /** Does work after all work that was given before: what changes the partition's rows never runs side by side. */
  readonly inTurn: (work: () => Promise<void>) => Promise<void>
}

/** Where a lease begins. */
export type LeaseStart<Event> = {
  readonly topic: EventTopic
  readonly partition: number
  readonly incarnation: string
  readonly checkpoint: Checkpoint | undefined
  /** The rule that says which records count, at the checkpoint. */
  readonly admission: Admission
  readonly stay: Stay<Event>
}

/** Begins at a checkpoint, or at the partition's first record. @throws {LogBroken} if it is of another cluster. */
export const createLease = <Event>(start: LeaseStart<Event>): Lease<Event> => {
  const { topic, partition, incarnation, checkpoint, admission, stay } = start
  const place = `${topic} partition ${partition}`
  if (checkpoint !== undefined && checkpoint.incarnation !== incarnation)
    throw new LogBroken(
      `the checkpoint of ${place} at offset ${checkpoint.offset} was written against cluster ` +
        `${checkpoint.incarnation}, and this is cluster ${incarnation}; drop the view to rebuild it from this log`,
    )
  let next = checkpoint?.offset ?? 0
  let known = checkpoint

  const withoutKnown = (records: readonly StoredRecord[]): readonly StoredRecord[] => {
    const [first] = records
    if (known === undefined || first === undefined) return records
    const found = recordIdOf(first)
    if (found !== known.recordId)
      throw new LogBroken(
        `${place}, offset ${known.offset}: the checkpoint names record ${known.recordId}, the log has ` +
          `${found}; the topic was made again or is another one. Drop the view to rebuild it`,
      )
    known = undefined
    return records.slice(1)
  }

  const admit = (records: readonly StoredRecord[]): Admitted | undefined => {
    const [first] = records
    if (first === undefined) return undefined
    if (first.offset !== next)
      throw new LogBroken(`${place}: offset ${next} was expected, and ${first.offset} was read`)
    next += records.length
    const fresh = withoutKnown(records)
    const last = fresh.at(-1)
    if (last === undefined) return undefined
    const accepted = fresh.filter(admission.accept)
    const { lastAcceptedId } = admission
    return {
      accepted,
      place: { offset: last.offset, recordId: recordIdOf(last), lastAcceptedId, incarnation },
    }
  }
  let lastWork: Promise<void> = Promise.resolve()
  let hasEnded = false
  const lease: Lease<Event> = {
    partition,
    checkpoint,
    gathered: undefined,
    pastCheckpoint: undefined,
    stay,
    hasEnded: () => hasEnded,
    end: () => {
      hasEnded = true
      stay.end()
    },
    admit,
    quarantine: () => lease.checkpoint?.quarantined ?? [],
    inTurn: (work) => {
      const done = lastWork.then(work)
      lastWork = done.catch(() => undefined)
      return done
    },
  }
  return lease
}
