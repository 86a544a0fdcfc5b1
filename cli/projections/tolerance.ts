import type { RecordedEvent } from '@reprise/core/event.ts'
import { nowhere } from '@reprise/core/layout/column-name.ts'
import type { AnyProjection, Key } from '@reprise/core/projection.ts'
import { createCountFold } from '@reprise/projectors/engine/fold-counts.ts'
import { type AnyRow, createRowFold } from '@reprise/projectors/engine/fold-row.ts'
import { createGrouping, EventFailed } from '@reprise/projectors/engine/groups.ts'
import { changedHandlers, type Handler } from '@reprise/projectors/testing/changed-handlers.ts'

/** An event that could not be applied. */
export type Failed = { readonly type: string; readonly eventId: string; readonly reason: string }

/**
 * The projection with handlers and a key function that pass over an event where they throw, or give what can't be
 * stored; and a list of these events.
 */
export const toleranceOf = (
  projection: AnyProjection,
): { readonly tolerant: AnyProjection; readonly failed: readonly Failed[] } => {
  const failed: Failed[] = []
  /** An event that is passed over leaves things as they are. */
  const orElse = <Result>(event: RecordedEvent, asIs: Result, apply: () => Result): Result => {
    try {
      return apply()
    } catch (error) {
      failed.push({ type: event.type, eventId: event.meta.eventId, reason: reasonOf(error) })
      return asIs
    }
  }
  const on = changedHandlers(projection, handledBy(projection, orElse))
  const keysOf = projection.key as (event: RecordedEvent) => Key | readonly Key[]
  const check = createGrouping(projection)
  const key = (event: RecordedEvent) =>
    orElse<Key | readonly Key[]>(event, [], () => {
      check({ ...alone, partition: event.partition, events: [event] }, ({ cause }) => {
        throw cause
      })
      return keysOf(event)
    })
  return { failed, tolerant: { ...projection, key, on } }
}

type OrElse = <Result>(event: RecordedEvent, asIs: Result, apply: () => Result) => Result

/** Each kind of handler, checked by the engine's own fold of one event. */
const handledBy = (projection: AnyProjection, orElse: OrElse): ((handle: Handler) => Handler) => {
  if (projection.store.kind === 'count') {
    const fold = createCountFold(projection)
    return (handle) => (first, key) => {
      const event = first as RecordedEvent
      return orElse<unknown>(event, [], () => {
        fold({ position: nowhere, value: [] }, { ...groupOf(event), key: key as Key })
        return handle(event, key)
      })
    }
  }
  // An item is checked when it is inserted.
  if (projection.store.kind === 'pages')
    return (handle) => (list, event, key) =>
      orElse<unknown>(event as RecordedEvent, undefined, () => handle(list, event, key))
  const fold = createRowFold(projection)
  return () => (row, second, key) => {
    const event = second as RecordedEvent
    const before = row as AnyRow
    return orElse(
      event,
      before,
      () => fold({ position: nowhere, value: before }, { ...groupOf(event), key: key as Key }).value,
    )
  }
}

const groupOf = (event: RecordedEvent) => ({ id: '', partition: event.partition, events: [event] })

const alone = { unreadable: [], isCurrent: () => true, fail: () => undefined }

/** Without the event's place, which is not that in the log. */
const reasonOf = (error: unknown): string => {
  const cause = error instanceof EventFailed ? error.cause : error
  return cause instanceof Error ? cause.message : String(cause)
}
