import type { EditStep } from '@reprise/schemas/generated/events.ts'
import { draftOf, type ItemList } from './item-list.ts'

/** The list after the steps of one event. */
export const applySteps = (items: ItemList, steps: readonly EditStep[]): ItemList => {
  const draft = draftOf(items)
  for (const { removed, added, moved } of steps) {
    if (removed) draft.remove(removed.index)
    if (added) draft.insert(added.index, { itemId: added.itemId, trackId: added.trackId })
    if (moved) draft.move(moved.from, moved.to)
  }
  return draft.done()
}
