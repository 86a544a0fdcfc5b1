import { recordIdOf, type Checkpoint } from '@reprise/core/checkpoint.ts'
import { LogBroken, type Log, type StoredRecord } from '@reprise/core/ports/log.port.ts'
import { isWholePartition } from '@reprise/core/quarantine.ts'
import type { DeadLetterRequest } from '@reprise/schemas/generated/events.ts'
import type { Answer, ProjectionLetters } from './dead-letters.ts'
import type { Lease } from './lease.ts'
import { revisedCheckpoint, type PartitionWork } from './partition-work.ts'
import { withStopped, type Quarantine } from './quarantine.ts'
import { readRange } from './read-range.ts'
import type { TopicReading } from './topic-reading.ts'

/** What carries out requests about dead letters in the turn of the partition's owner. */
type Options<Event> = {
  readonly log: Log
  readonly reading: TopicReading<unknown>
  readonly letters: ProjectionLetters
  readonly work: PartitionWork<Event>
  readonly learn: (records: readonly StoredRecord[]) => Promise<void>
  readonly signal: AbortSignal
}

/**
 * Law 10. A redrive reads the topic again from where the groups stopped to where the owner is, and applies what is
 * theirs; a discard first says for ever that the event is left out. The answer is in the log before the checkpoint
 * that releases the groups: killed in between, the next owner does the same again.
 */
export const createRedrive = <Event>({ log, reading, letters, work, learn, signal }: Options<Event>) => {
  const read = async (lease: Lease<Event>, stopped: Quarantine, onStopped: (groups: Quarantine) => void) => {
    const [first] = stopped
    if (first === undefined || lease.checkpoint === undefined) return
    const waiting = new Set(stopped.map(({ group }) => group))
    const range = {
      topic: reading.topic,
      partition: lease.partition,
      from: first.offset,
      to: lease.checkpoint.offset,
      signal,
    }
    let accept: ((record: StoredRecord) => boolean) | undefined
    await readRange(log, range, async (records) => {
      if (lease.hasEnded()) throw new LeaseEnded('the partition went to another owner')
      accept ??= begin(records[0], first.recordId)
      if (reading.admitsByValue) await learn(records)
      const accepted = records.filter(accept)
      await learn(accepted)
      const again = await work.apply(lease, accepted, (group) => !waiting.has(group))
      for (const { group } of again) waiting.delete(group)
      onStopped(again)
    })
    await work.store(lease)
  }
  const begin = (record: StoredRecord | undefined, recordId: string) => {
    if (record === undefined || recordIdOf(record) !== recordId)
      throw new LogBroken(
        `${reading.topic}, offset ${record?.offset}: the quarantine names record ${recordId}, the log has ` +
          `${record && recordIdOf(record)}; the topic is another one. Drop the view to rebuild it`,
      )
    return reading.admission(reading.before(record)).accept
  }

  const release = async (lease: Lease<Event>, checkpoint: Checkpoint, request: DeadLetterRequest) => {
    const concerned = checkpoint.quarantined.filter(({ offset }) => offset === request.offset)
    const groups = concerned.map(({ group }) => group)
    const isDiscard = request.verb === 'discard'
    if (isDiscard) await letters.answer(request, { outcome: 'discarded', groups, detail: request.reason })
    let stopped: Quarantine = []
    const rows = concerned.filter(({ group }) => !isWholePartition(group))
    await read(lease, rows, (again) => (stopped = withStopped(stopped, again)))
    const released = new Set(isDiscard ? groups : rows.map(({ group }) => group))
    const left = checkpoint.quarantined.filter(({ group }) => !released.has(group))
    if (lease.hasEnded()) return
    if (!isDiscard) await letters.answer(request, { groups, ...outcomeOf(request, stopped) })
    const revised = revisedCheckpoint(checkpoint, withStopped(left, stopped))
    if (revised) await work.reach(lease, revised)
  }

  /** Does what is asked, if a group is stopped there; else says so. */
  return async (lease: Lease<Event>, request: DeadLetterRequest): Promise<void> => {
    const { checkpoint } = lease
    const reason = reasonAgainst(checkpoint, request)
    if (checkpoint === undefined || reason !== undefined)
      await letters.answer(request, { outcome: 'refused', groups: [], detail: reason ?? nobodyWaits })
    else await release(lease, checkpoint, request)
  }
}

/** The partition was given to another process while it was worked on here; that one begins again. */
export class LeaseEnded extends Error {
  override readonly name = 'LeaseEnded'
}

const nobodyWaits = 'no group of this version of the projection waits there'

const reasonAgainst = (
  checkpoint: Checkpoint | undefined,
  { offset, verb }: DeadLetterRequest,
): string | undefined => {
  const waiting = checkpoint?.quarantined.filter((group) => group.offset === offset) ?? []
  if (checkpoint === undefined || waiting.length === 0) return nobodyWaits
  if (revisedCheckpoint(checkpoint, []) === undefined)
    return 'too many requests at one place of the log; ask again after the next event of the partition'
  if (verb === 'redrive' && waiting.every(({ group }) => isWholePartition(group)))
    return (
      "it isn't known which rows the record would have changed, and later events have been applied to them. Discard " +
      'it, or rebuild the view: give the projection a new version, or drop the view with its checkpoints'
    )
  return undefined
}

const outcomeOf = ({ offset }: DeadLetterRequest, stopped: Quarantine): Omit<Answer, 'groups'> => {
  const still = stopped.find((group) => group.offset === offset)
  if (still !== undefined)
    return { outcome: 'failed', detail: `it fails again, for the time number ${still.attempt}` }
  const [later] = stopped
  const detail = later ? `${later.group} stopped again at offset ${later.offset}` : 'nothing waits any more'
  return { outcome: 'redriven', detail }
}
