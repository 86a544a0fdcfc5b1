import { recordIdOf, type Checkpoint } from '@reprise/core/checkpoint.ts'
import { LogBroken, type Log, type StoredRecord } from '@reprise/core/ports/log.port.ts'
import { isUntried, isWholePartition } from '@reprise/core/quarantine.ts'
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

/** What is done about groups that wait, in the turn of the partition's owner. */
export type Redrive<Event> = {
  /** Does what is asked, if a group is stopped there; else says so. */
  readonly carryOut: (lease: Lease<Event>, request: DeadLetterRequest) => Promise<void>
  /** Tries the groups that were taken over from another version; what fails here too stops anew, with a letter. */
  readonly tryUntried: (lease: Lease<Event>) => Promise<void>
}

/**
 * Law 10. A redrive reads the topic again from where the groups stopped to where the owner is, and applies what is
 * theirs; a discard first says for ever that the event is left out. The answer is in the log before the checkpoint
 * that releases the groups: killed in between, the next owner does the same again.
 */
export const createRedrive = <Event>(options: Options<Event>): Redrive<Event> => {
  const { log, reading, letters, work, learn, signal } = options
  /** Answers the groups that stopped again. */
  const read = async (lease: Lease<Event>, groups: Quarantine): Promise<Quarantine> => {
    let ahead = groups.toSorted((a, b) => a.offset - b.offset)
    const [first] = ahead
    if (first === undefined || lease.checkpoint === undefined) return []
    let stopped: Quarantine = []
    const going = new Set<string>()
    const apply = async (records: readonly StoredRecord[]) => {
      const again = await work.apply(lease, records, (group) => !going.has(group))
      for (const { group } of again) going.delete(group)
      stopped = withStopped(stopped, again)
    }
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
      for (const part of cutBefore(accepted, ahead)) {
        const [{ offset: at } = first] = part
        for (const { group, offset } of ahead) if (offset <= at) going.add(group)
        ahead = ahead.filter(({ offset }) => offset > at)
        await apply(part)
      }
    })
    await work.store(lease)
    return stopped
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
    const rows = concerned.filter(({ group }) => !isWholePartition(group))
    const stopped = await read(lease, rows)
    const released = new Set(isDiscard ? groups : rows.map(({ group }) => group))
    const left = checkpoint.quarantined.filter(({ group }) => !released.has(group))
    if (lease.hasEnded()) return
    if (!isDiscard) await letters.answer(request, { groups, ...outcomeOf(request, stopped) })
    const revised = revisedCheckpoint(checkpoint, withStopped(left, stopped))
    if (revised) await work.reach(lease, revised)
  }

  return {
    carryOut: async (lease, request) => {
      const { checkpoint } = lease
      const reason = reasonAgainst(checkpoint, request)
      if (checkpoint === undefined || reason !== undefined)
        await letters.answer(request, { outcome: 'refused', groups: [], detail: reason ?? nobodyWaits })
      else await release(lease, checkpoint, request)
    },
    tryUntried: async (lease) => {
      const { checkpoint } = lease
      const untried = checkpoint?.quarantined.filter(isUntried) ?? []
      if (checkpoint === undefined || untried.length === 0) return
      const stopped = await read(lease, untried)
      if (lease.hasEnded()) return
      const tried = checkpoint.quarantined.filter((group) => !isUntried(group))
      const revised = revisedCheckpoint(checkpoint, withStopped(tried, stopped))
      if (revised) await work.reach(lease, revised)
    },
  }
}

/** Records in parts, so that none of these places stands within one. */
const cutBefore = (
  records: readonly StoredRecord[],
  places: readonly { readonly offset: number }[],
): readonly (readonly StoredRecord[])[] => {
  const starts = new Set(places.map(({ offset }) => offset))
  const cuts = records.flatMap(({ offset }, at) => (at === 0 || starts.has(offset) ? [at] : []))
  return cuts.map((from, nth) => records.slice(from, cuts[nth + 1]))
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
