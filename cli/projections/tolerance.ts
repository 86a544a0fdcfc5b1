import type { RecordedEvent } from '@reprise/core/event.ts'
import type { AnyProjection } from '@reprise/core/projection.ts'

/** An event that a handler refused. */
export type Failed = { readonly type: string; readonly eventId: string; readonly reason: string }

type Handler = (...args: readonly unknown[]) => unknown

/** The projection with handlers that pass over an event which they can't apply, and a list of these. */
export const toleranceOf = (
  projection: AnyProjection,
): { readonly tolerant: AnyProjection; readonly failed: readonly Failed[] } => {
  const failed: Failed[] = []
  const isCount = projection.store.kind === 'count'
  /** Counts are handed the event first, all others what there is before it. */
  const tolerantly =
    (handle: Handler): Handler =>
    (first, second, key) => {
      const { type, meta } = (isCount ? first : second) as RecordedEvent
      try {
        return handle(first, second, key)
      } catch (error) {
        failed.push({ type, eventId: meta.eventId, reason: (error as Error).message })
        return isCount ? [] : first
      }
    }
  const on = Object.entries(projection.on).map(([type, handle]) => [
    type,
    handle && tolerantly(handle as Handler),
  ])
  return { failed, tolerant: { ...projection, on: Object.fromEntries(on) as AnyProjection['on'] } }
}
