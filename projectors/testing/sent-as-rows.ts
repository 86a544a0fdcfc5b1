import { columns, json, text } from '@reprise/core/columns.ts'
import type { RecordedEvent } from '@reprise/core/event.ts'
import { type AnyProjection, cassandraTable } from '@reprise/core/projection.ts'

/** An effect that sends nothing: what it would send are its rows. Any other projection as it is. */
export const sentAsRows = (projection: AnyProjection): AnyProjection => {
  if (projection.store.kind !== 'effect') return projection
  const on = Object.entries(projection.on).map(([type, handle]) => {
    const bodyOf = handle as unknown as (event: RecordedEvent) => object | null
    return [type, (_none: null, event: RecordedEvent) => rowOf(event, bodyOf(event))]
  })
  return {
    ...projection,
    row: columns({ eventId: text(), body: json<object>({ type: 'object' }) }),
    store: cassandraTable({ partitionKey: ['eventId'] }),
    key: ({ meta }: RecordedEvent) => ({ eventId: meta.eventId }),
    on: Object.fromEntries(on) as AnyProjection['on'],
  }
}

const rowOf = ({ meta }: RecordedEvent, body: object | null) => body && { eventId: meta.eventId, body }
