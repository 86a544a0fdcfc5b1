import type { Meta } from '@reprise/schemas/generated/events.ts'
import type { RecordedEvent } from '@reprise/core/event.ts'
import type { EventCodec } from '@reprise/core/ports/event-codec.port.ts'
import type { StoredRecord } from '@reprise/core/ports/log.port.ts'

/** An accepted record can't be read as an event. Until quarantine exists it stops the projection. */
export class UnreadableRecord extends Error {
  override readonly name = 'UnreadableRecord'
}

/** Which records may hold a subscribed event. A record without the header is looked into. */
export const isSubscribed =
  (types: ReadonlySet<string>) =>
  ({ eventType }: StoredRecord): boolean =>
    eventType === '' || types.has(eventType)

/**
 * Decodes the records whose writer schemas the codec has learned. Types that nobody subscribed to are left out.
 * @throws {UnreadableRecord}
 */
export const decodeEvents = (
  codec: EventCodec,
  types: ReadonlySet<string>,
  partition: number,
  records: readonly StoredRecord[],
): readonly RecordedEvent[] => {
  const events: RecordedEvent[] = []
  for (const record of records) {
    const { type, value } = decodeRecord(codec, record)
    if (!types.has(type)) continue
    const data = value as { readonly meta: Meta }
    const { offset, recordedAt } = record
    events.push({ type, meta: data.meta, data, partition, offset, recordedAt } as RecordedEvent)
  }
  return events
}

/** Decodes a record whose writer schema the codec has learned. @throws {UnreadableRecord} */
export const decodeRecord = (codec: EventCodec, { value, offset, eventId, eventType }: StoredRecord) => {
  try {
    return codec.decode(value)
  } catch (cause) {
    throw new UnreadableRecord(
      `offset ${offset}, event ${eventId} (${eventType || 'no type'}) can't be read: ${(cause as Error).message}`,
      { cause },
    )
  }
}
