import { partitionOf } from '@reprise/schemas/partition.ts'
import type { EventTopic } from '@reprise/schemas/topics.ts'
import { header } from '@reprise/core/event.ts'
import type { EventCodec } from '@reprise/core/ports/event-codec.port.ts'
import type { Appender } from '@reprise/core/ports/log.port.ts'

/** A record that doesn't count. */
export type Discarded = { readonly offset: number; readonly eventId: string }

/** Publishes that records of a partition were superseded. Doing it twice changes nothing. */
export type Discard = (partition: number, records: readonly Discarded[]) => Promise<void>

/** Verdicts on `discarded-records`, for readers that can't apply the rule: keyed by position, the newest one stands. */
export const createDiscard =
  (options: {
    readonly topic: EventTopic
    readonly codec: EventCodec
    readonly appender: Appender
    readonly partitions: number
  }): Discard =>
  async (partition, records) => {
    const { topic, codec, appender, partitions } = options
    await appender.append(
      records.map(({ offset, eventId }) => {
        const key = `${topic}/${partition}/${offset}`
        const verdict = { topic, partition, offset, eventId, reason: 'superseded' }
        const value = codec.encode('discarded-records', 'RecordDiscarded', verdict)
        return {
          key,
          value,
          partition: partitionOf(key, partitions),
          headers: { [header.type]: 'RecordDiscarded' },
        }
      }),
    )
  }
