import type { EventTypes, Meta } from '@reprise/schemas/generated/events.ts'
import { partitionOf } from '@reprise/schemas/partition.ts'
import { topics, type EventTopic } from '@reprise/schemas/topics.ts'
import type { EventType, RecordedEvent } from '@reprise/core/event.ts'
import type { LogRecord, StoredRecord } from '@reprise/core/ports/log.port.ts'
import { codec } from './codec.ts'

/** An event without its `meta`, for tests. */
export type TestEvent = {
  [T in EventType]: { readonly type: T; readonly data: Omit<EventTypes[T], 'meta'> }
}[EventType]

/** A log that tests write into and look into at once: the one in memory, seen from here. */
export type WritableLog = {
  readonly appendAsStranger: (topic: EventTopic, records: readonly LogRecord[]) => void
  readonly recordsOf: (topic: EventTopic, partition: number) => readonly StoredRecord[]
}

/** Writes events as producers do: chained by `previous` in a decided topic, partitioned by key. */
export const createHistoryWriter = (log: WritableLog, topic: EventTopic, partitions: number) => {
  const lastIds = new Map<number, string>()
  const versions = new Map<string, number>()
  let count = 0
  let noiseCount = 0

  const append = (streamId: string, { type, data }: TestEvent, options: WriteOptions = {}): RecordedEvent => {
    const partition = partitionOf(streamId, partitions)
    const isNoise = options.superseded === true || options.copy === true
    const eventId = isNoise
      ? `${options.copy === true ? 'copy' : 'superseded'}-${++noiseCount}`
      : `event-${++count}`
    const version = (versions.get(streamId) ?? 0) + 1
    const { decided } = topics[topic]
    const meta: Meta = {
      eventId,
      commandId: `command-${count}`,
      bodyHash: 'hash',
      streamId,
      streamVersion: decided ? version : null,
      actorId: options.actorId ?? 'user-1',
      deviceId: null,
      lamport: null,
      occurredAt: 1_700_000_000_000 + count,
      ...options.meta,
    }
    const previous = options.superseded === true ? 'nobody' : (lastIds.get(partition) ?? '')
    const value = options.bytes ?? codec.encode(topic, type, { meta, ...data })
    const headers = { ce_id: eventId, ce_type: type, ...(decided && { previous }) }
    log.appendAsStranger(topic, [{ partition, key: streamId, value, headers }])
    if (options.superseded !== true) {
      lastIds.set(partition, eventId)
      versions.set(streamId, version)
    }
    const stored = log.recordsOf(topic, partition).at(-1)
    const offset = stored?.offset ?? -1
    return {
      type,
      meta,
      data: { meta, ...data },
      partition,
      offset,
      recordedAt: stored?.recordedAt,
    } as RecordedEvent
  }
  return { append }
}

/** How an event is written. */
export type WriteOptions = {
  /** As a writer would that had not read the newest record (law 3). */
  readonly superseded?: boolean
  /** A play that was recorded before. */
  readonly copy?: boolean
  readonly actorId?: string
  /** What its `meta` says otherwise. */
  readonly meta?: Partial<Meta>
  /** Instead of the encoded event. */
  readonly bytes?: Buffer
}

/** See {@link createHistoryWriter}. */
export type HistoryWriter = ReturnType<typeof createHistoryWriter>
