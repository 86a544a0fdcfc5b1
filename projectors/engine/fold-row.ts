import type { RecordedEvent } from '@reprise/core/event.ts'
import type { Positioned } from '@reprise/core/layout/column-name.ts'
import type { AnyProjection, Key } from '@reprise/core/projection.ts'
import { createRowCheck } from '@reprise/core/storable.ts'
import { eventFailed, type Group } from './groups.ts'

/** A row or document of whatever columns; null where there is none. */
export type AnyRow = Readonly<Record<string, unknown>> | null

type Handlers = Readonly<Record<string, (row: AnyRow, event: RecordedEvent, key: Key) => AnyRow | undefined>>

/**
 * Folds rows and documents: a handler takes the row as the events before left it, and gives the next one, which must be
 * storable. Events at or below the group's position change nothing (law 6).
 */
export const createRowFold = (projection: AnyProjection) => {
  const handlers = projection.on as unknown as Handlers
  const check = createRowCheck(projection)
  return (state: Positioned<AnyRow>, { key, events }: Group): Positioned<AnyRow> => {
    let { position, value } = state
    for (const event of events) {
      if (event.offset <= position) continue
      try {
        const next = handlers[event.type]?.(value, event, key)
        if (next === undefined)
          throw new TypeError(`the handler of ${event.type} gave nothing; null is no row`)
        if (next !== null) check(next, value)
        value = next
      } catch (cause) {
        throw eventFailed(event, cause)
      }
      position = event.offset
    }
    return position === state.position ? state : { position, value }
  }
}
