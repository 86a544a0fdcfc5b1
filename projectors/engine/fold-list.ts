import type { RecordedEvent } from '@reprise/core/event.ts'
import { nowhere } from '@reprise/core/layout/column-name.ts'
import { editPages, emptyPageList, type PageList, type PageListDraft } from '@reprise/core/page-list.ts'
import type { AnyProjection, Key } from '@reprise/core/projection.ts'
import { createRowCheck } from '@reprise/core/storable.ts'
import { eventFailed, type Group } from './groups.ts'

/** An item of a list. */
export type AnyItem = Readonly<Record<string, unknown>>

/** A list with its position, and the pages that were changed since it was stored, each with the event that changed it last. */
export type ListState = {
  readonly position: number
  readonly streamVersion: number | null
  readonly list: PageList<AnyItem>
  readonly touched: ReadonlyMap<number, number>
}

/** The list before its first event. */
export const emptyList: ListState = {
  position: nowhere,
  streamVersion: null,
  list: emptyPageList,
  touched: new Map(),
}

type Handlers = Readonly<
  Record<string, (draft: PageListDraft<AnyItem>, event: RecordedEvent, key: Key) => void>
>

/** Folds lists: each event edits the pages once, so pages never depend on how the log was cut into batches (law 6). */
export const createListFold = (projection: AnyProjection) => {
  const handlers = projection.on as unknown as Handlers
  const check = createRowCheck(projection)
  const admit = (item: AnyItem) => check(item, null)
  return (state: ListState, { key, events }: Group): ListState => {
    let { position, streamVersion, list } = state
    const touched = new Map(state.touched)
    for (const event of events) {
      if (event.offset <= position) continue
      try {
        const edit = editPages(list, (draft) => handlers[event.type]?.(draft, event, key), admit)
        list = edit.list
        for (const page of edit.touched) touched.set(page, event.offset)
      } catch (cause) {
        throw eventFailed(event, cause)
      }
      position = event.offset
      streamVersion = event.meta.streamVersion
    }
    return position === state.position ? state : { position, streamVersion, list, touched }
  }
}
