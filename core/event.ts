import type { EventTypes, Meta } from '@reprise/schemas/generated/events.ts'

/** The name of an event type. */
export type EventType = keyof EventTypes

/** An accepted event as a fold sees it: the newest shape, its place, and the broker's time of append. */
export type RecordedEvent<Type extends EventType = EventType> = {
  [T in Type]: {
    readonly type: T
    readonly meta: Meta
    readonly data: EventTypes[T]
    readonly partition: number
    readonly offset: number
    /** Milliseconds since 1970 UTC, set by the broker: it never depends on a client's clock. */
    readonly recordedAt: number
  }
}[Type]

/** The headers of an event record. More are dear: each costs more than the Avro body. */
export const header = {
  id: 'ce_id',
  type: 'ce_type',
  previous: 'previous',
  traceparent: 'traceparent',
} as const
