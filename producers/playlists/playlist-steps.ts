import type { EditStep } from '@reprise/schemas/generated/events.ts'
import type { Item } from './playlist-edits.ts'

/** The list after the steps of one event. */
export const applySteps = (items: readonly Item[], steps: readonly EditStep[]): readonly Item[] => {
  const list = [...items]
  for (const { removed, added, moved } of steps) {
    if (removed) list.splice(removed.index, 1)
    if (added) list.splice(added.index, 0, { itemId: added.itemId, trackId: added.trackId })
    if (moved) list.splice(moved.to, 0, ...list.splice(moved.from, 1))
  }
  return list
}
