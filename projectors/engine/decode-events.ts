import type { Decoded } from '@reprise/schemas/codec.ts'
import type { Meta } from '@reprise/schemas/generated/events.ts'
import type { RecordedEvent } from '@reprise/core/event.ts'
import type { EventCodec } from '@reprise/core/ports/event-codec.port.ts'
import type { StoredRecord } from '@reprise/core/ports/log.port.ts'
import { createDecodedLast } from './decoded-last.ts'

/** An accepted record can't be read as an event. */
export class UnreadableRecord extends Error {
  override readonly name = 'UnreadableRecord'
  readonly record: StoredRecord
  constructor(record: StoredRecord, cause: Error) {
    const { offset, eventId, eventType } = record
    super(`offset ${offset}, event ${eventId} (${eventType || 'no type'}) can't be read: ${cause.message}`, {
      cause,
    })
    this.record = record
  }
}

/** What records hold: events, and those that can't be read, each in order. */
export type Read<Event> = {
  readonly events: readonly Event[]
  readonly unreadable: readonly UnreadableRecord[]
}

/** Which records may hold a subscribed event. A record without the header is looked into. */
export const isSubscribed =
  (types: ReadonlySet<string>) =>
  ({ eventType }: StoredRecord): boolean =>
    eventType === '' || types.has(eventType)

/** Decodes the records whose writer schemas the codec has learned. Types that nobody subscribed to are left out. */
export const decodeEvents = (
  codec: EventCodec,
  types: ReadonlySet<string>,
  partition: number,
  records: readonly StoredRecord[],
): Read<RecordedEvent> => {
  const events: RecordedEvent[] = []
  const unreadable: UnreadableRecord[] = []
  for (const record of records)
    try {
      const { type, value } = decodeRecord(codec, record)
      if (!types.has(type)) continue
      const data = value as { readonly meta: Meta }
      const { offset, recordedAt } = record
      events.push({ type, meta: data.meta, data, partition, offset, recordedAt } as RecordedEvent)
    } catch (error) {
      unreadable.push(error as UnreadableRecord)
    }
  return { events, unreadable }
}

/**
 * Decodes a record whose writer schema the codec has learned, unless somebody has lately: records wait for the slowest who
 * shares them, and are decoded again if that takes long. @throws {UnreadableRecord}
 */
export const decodeRecord = (codec: EventCodec, record: StoredRecord): Decoded => {
  if (record.decoded !== undefined) return record.decoded
  try {
    const decoded = codec.decode(record.value)
    record.decoded = decoded
    decodedLast.add(record)
    return decoded
  } catch (cause) {
    throw new UnreadableRecord(record, cause as Error)
  }
}

/** Of the whole process. */
const decodedLast = createDecodedLast(1_024, 4_000_000)
