import type { EditStep } from '@reprise/schemas/generated/events.ts'
import { draftOf, type ItemList } from './item-list.ts'

type Edited = { readonly before: ItemList; readonly steps: readonly EditStep[]; readonly after: ItemList }

let decidedLast: Edited | undefined

/** What a decision found its steps to lead to: who decides folds next, and needn't make the list a second time. */
export const rememberEdited = (edited: Edited): void => {
  decidedLast = edited
}

/** The list after the steps of one event. */
export const applySteps = (items: ItemList, steps: readonly EditStep[]): ItemList => {
  if (decidedLast?.steps === steps && decidedLast.before === items) return decidedLast.after
  const draft = draftOf(items)
  for (const { removed, added, moved } of steps) {
    if (removed) draft.remove(removed.index)
    if (added) draft.insert(added.index, { itemId: added.itemId, trackId: added.trackId })
    if (moved) draft.move(moved.from, moved.to)
  }
  return draft.done()
}
