import { columns, json, text } from '@reprise/core/columns.ts'
import type { RecordedEvent } from '@reprise/core/event.ts'
import { type AnyProjection, cassandraTable } from '@reprise/core/projection.ts'
import { changedHandlers, type Handler } from './changed-handlers.ts'

/** An effect that sends nothing: what it would send are its rows. Any other projection as it is. */
export const sentAsRows = (projection: AnyProjection): AnyProjection => {
  if (projection.store.kind !== 'effect') return projection
  const sent =
    (bodyOf: Handler): Handler =>
    (_none, event) =>
      rowOf(event as RecordedEvent, bodyOf(event) as object | null)
  return {
    ...projection,
    row: columns({ eventId: text(), body: json<object>({ type: 'object' }) }),
    store: cassandraTable({ partitionKey: ['eventId'] }),
    key: ({ meta }: RecordedEvent) => ({ eventId: meta.eventId }),
    on: changedHandlers(projection, sent),
  }
}

const rowOf = ({ meta }: RecordedEvent, body: object | null) => body && { eventId: meta.eventId, body }
