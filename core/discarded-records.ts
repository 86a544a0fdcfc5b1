import { partitionOf } from '@reprise/schemas/partition.ts'
import type { EventTopic } from '@reprise/schemas/topics.ts'
import { header } from './event.ts'
import { logPieces } from './log-pieces.ts'
import type { EventCodec } from './ports/event-codec.port.ts'
import type { Appender } from './ports/log.port.ts'

/** A record that doesn't count. */
export type Discarded = { readonly offset: number; readonly eventId: string }

/** Publishes that records of a partition don't count. Doing it twice changes nothing. */
export type Discard = (partition: number, records: readonly Discarded[]) => Promise<void>

/** Why records don't count: they lost by law 3, or the same play was recorded before. */
export type DiscardReason = 'superseded' | 'duplicate'

/** Verdicts on `discarded-records`, for readers that can't apply the rule: keyed by position, the newest one stands. */
export const createDiscard =
  (options: {
    readonly topic: EventTopic
    readonly reason: DiscardReason
    readonly codec: EventCodec
    readonly appender: Pick<Appender, 'append'>
    readonly partitions: number
  }): Discard =>
  async (partition, records) => {
    const { topic, reason, codec, appender, partitions } = options
    const verdicts = records.map(({ offset, eventId }) => {
      const key = `${topic}/${partition}/${offset}`
      const verdict = { topic, partition, offset, eventId, reason }
      const value = codec.encode('discarded-records', 'RecordDiscarded', verdict)
      const headers = { [header.type]: 'RecordDiscarded' }
      return { key, value, partition: partitionOf(key, partitions), headers }
    })
    for (const piece of logPieces(verdicts)) await appender.append(piece)
  }
