import type { DeadLetter } from '@reprise/schemas/generated/events.ts'
import type { StoredRecord } from '@reprise/core/ports/log.port.ts'
import type { QuarantinedGroup } from '@reprise/core/quarantine.ts'
import { UnreadableRecord } from './decode-events.ts'

/** A group that stops, with the record and the reason. */
export type Stopped = {
  readonly entry: QuarantinedGroup
  readonly record: StoredRecord
  readonly cause: Error
}

/** Which version of which projection a letter is of. */
export type LettersOf = {
  readonly name: string
  readonly version: number
  readonly from: string
  readonly store?: { readonly kind: string }
}

const errorCharsMax = 2_000
const stackCharsMax = 8_000
/** A larger record stands in its own topic alone: two of the largest don't fit into one. */
const valueBytesMax = 900_000

/** One letter per position: an event may stop several groups. */
export const deadLettersOf = (
  { name: projection, version, from: topic }: LettersOf,
  partition: number,
  stopped: readonly Stopped[],
): readonly DeadLetter[] => {
  const byOffset = Map.groupBy(stopped, ({ entry }) => entry.offset)
  return [...byOffset].map(([offset, [first, ...others]]) => {
    if (first === undefined) throw new Error('a group of stops is empty')
    const { entry, record, cause } = first
    const groups = [entry, ...others.map((other) => other.entry)].map(({ group }) => group)
    const isUnreadable = cause instanceof UnreadableRecord && record.value.length <= valueBytesMax
    return {
      projection,
      version,
      topic,
      partition,
      offset,
      groups,
      eventId: record.eventId,
      eventType: record.eventType,
      attempt: entry.attempt,
      error: cause.message.slice(0, errorCharsMax),
      stack: stackOf(cause).slice(0, stackCharsMax),
      value: isUnreadable ? record.value : null,
    }
  })
}

/** Where the handler threw, rather than where that was noticed. */
const stackOf = ({ cause, stack }: Error): string => (cause instanceof Error ? cause.stack : stack) ?? ''
