import type { CatalogueEvent } from '@reprise/core/catalogue/catalogue-event.ts'
import { catalogueEventOf, placeOf } from '@reprise/core/catalogue/row-change.ts'
import { createAcceptance } from '@reprise/core/acceptance.ts'
import type { RecordedEvent } from '@reprise/core/event.ts'
import type { EventCodec } from '@reprise/core/ports/event-codec.port.ts'
import type { StoredRecord } from '@reprise/core/ports/log.port.ts'
import type { PopularityChanged } from '@reprise/schemas/generated/events.ts'
import { topics, type EventTopic } from '@reprise/schemas/topics.ts'
import { decodeEvents, decodeRecord, isSubscribed, UnreadableRecord, type Read } from './decode-events.ts'
import { createSequenceAcceptance } from './sequence-acceptance.ts'

/** The rule that says which records count, at one place of a partition. */
export type Admission = {
  /** What the rule must remember to go on from here; stored in every checkpoint. */
  readonly lastAcceptedId: string
  readonly accept: (record: StoredRecord) => boolean
}

/** How the records of a topic become events. */
export type TopicReading<Event> = {
  readonly topic: EventTopic
  /** Whether the rule looks into values, so that their schemas must be learned before. */
  readonly admitsByValue: boolean
  /** Fetches the writer schemas that these records need. Fails while the registry is away. */
  readonly learn: (records: readonly StoredRecord[]) => Promise<void>
  readonly admission: (lastAcceptedId: string | undefined) => Admission
  /** Where the rule stood before a record that it accepted. */
  readonly before: (accepted: StoredRecord) => string | undefined
  /** What is in records that were accepted and learned. @throws {UnreadableRecord} where none may be passed over. */
  readonly eventsOf: (partition: number, records: readonly StoredRecord[]) => Read<Event>
}

/** Reads the given types of event of a topic; log order decides (law 3). */
export const eventReading = (
  topic: EventTopic,
  types: ReadonlySet<string>,
  codec: EventCodec,
): TopicReading<RecordedEvent> => {
  const subscribed = isSubscribed(types)
  return {
    topic,
    admitsByValue: false,
    learn: (records) => codec.learn(undecoded(records, subscribed)),
    admission: (lastAcceptedId) => createAcceptance(topics[topic].decided, lastAcceptedId),
    before: ({ previous }) => previous,
    eventsOf: (partition, records) => decodeEvents(codec, types, partition, records.filter(subscribed)),
  }
}

/**
 * Reads what happened to the entities of the catalogue; what the connector delivers again is left out (law 7). A record
 * that can't be read is no entity's own: with `isPatient`, learning fails until it can be, else admitting or reading it.
 */
export const catalogueReading = (
  codec: EventCodec,
  { isPatient }: { readonly isPatient: boolean },
): TopicReading<CatalogueEvent> => {
  const placeIn = (record: StoredRecord) => readable(record, () => placeOf(decodeRecord(codec, record).value))
  const read = (record: StoredRecord) =>
    readable(record, () => eventIn(decodeRecord(codec, record), record.offset))
  return {
    topic: 'catalogue-changes',
    admitsByValue: true,
    learn: async (records) => {
      await codec.learn(undecoded(records, () => true))
      if (!isPatient) return
      records.forEach(placeIn)
      records.forEach(read)
    },
    admission: (last) => createSequenceAcceptance(placeIn, last),
    // What an accepted change has, the ones before it had not more of.
    before: () => undefined,
    eventsOf: (_partition, records) => ({
      events: records.flatMap((record) => read(record) ?? []),
      unreadable: [],
    }),
  }
}

const readable = <T>(record: StoredRecord, read: () => T): T => {
  try {
    return read()
  } catch (cause) {
    throw cause instanceof UnreadableRecord ? cause : new UnreadableRecord(record, cause as Error)
  }
}

/** The schemas of the others are known. */
const undecoded = (
  records: readonly StoredRecord[],
  isWanted: (record: StoredRecord) => boolean,
): readonly Buffer[] => {
  const values: Buffer[] = []
  for (const record of records)
    if (record.decoded === undefined && isWanted(record)) values.push(record.value)
  return values
}

const eventIn = (
  { type, value }: ReturnType<EventCodec['decode']>,
  offset: number,
): CatalogueEvent | undefined => {
  if (type !== 'PopularityChanged') return catalogueEventOf(value, offset)
  const { kind, id, power } = value as PopularityChanged
  return { kind, id, offset, change: { row: 'popularity', power } }
}
