import type { EditStep } from '@reprise/schemas/generated/events.ts'
import type { Refusal } from '@reprise/core/decider.ts'
import { eventBytesMax } from '../write-path/decide-command.ts'
import { draftOf, type Item, type ItemList } from './item-list.ts'
import { rememberEdited } from './playlist-steps.ts'

/** Where items go: behind or before an item (null: at the start or the end), or at an index. Nothing: at the end. */
export type Place = {
  readonly after?: string | null | undefined
  readonly before?: string | null | undefined
  readonly at?: number | undefined
}

/** One edit of a command, as the API takes it. */
export type Edit =
  | ({ readonly add: readonly { readonly trackId: string; readonly itemId?: string | undefined }[] } & Place)
  | ({ readonly move: readonly string[] } & Place)
  | { readonly remove: readonly string[] }
  | { readonly removeAt: readonly number[] }
  | { readonly moveRange: { readonly start: number; readonly length: number; readonly to: number } }

/** The normalised steps of a command, and the items that it named in vain. */
export type Steps = { readonly steps: readonly EditStep[]; readonly alreadyGone: readonly string[] }

/** The most items that a playlist holds, once all edits of a command are applied. */
export const playlistItemsMax = 10_000

/** A refusal on its way out of an edit. */
class Refused extends Error {
  readonly refusal: Refusal
  constructor(refused: Refusal['refused'], detail: string, facts: Refusal['facts'] = {}) {
    super(detail)
    this.refusal = { refused, detail, facts }
  }
}

/**
 * Turns the edits of a command into steps with exact indices, all or nothing. Edits apply one after the other; each
 * index counts in the list that the edits before it left, a move's target in the list before the move. Items that are
 * gone are passed over; a vanished anchor, or a move of which nothing is left, refuses the command.
 */
export const stepsOf = (
  items: ItemList,
  edits: readonly Edit[],
  newItemId: (index: number) => string,
): Steps | Refusal => {
  const draft = createDraft(items, newItemId)
  try {
    for (const [at, edit] of edits.entries()) apply(draft, edit, at)
    refuseTooMany(draft.list.length, items.length)
  } catch (reason) {
    if (reason instanceof Refused) return reason.refusal
    throw reason
  }
  rememberEdited({ before: items, steps: draft.steps, after: draft.list.done() })
  return { steps: draft.steps, alreadyGone: draft.alreadyGone }
}

const refuseTooMany = (after: number, before: number): void => {
  if (after > playlistItemsMax)
    throw new Refused(
      'too-large',
      `a playlist holds at most ${playlistItemsMax} items; with these edits it would have ${after}`,
      { items: before },
    )
}

const apply = (draft: Draft, edit: Edit, at: number): void => {
  if ('add' in edit) add(draft, edit, at)
  else if ('move' in edit) move(draft, edit.move, edit, at)
  else if ('remove' in edit) remove(draft, draft.present(edit.remove))
  else if ('removeAt' in edit) removeAt(draft, edit.removeAt, at)
  else moveRange(draft, edit.moveRange, at)
}

type Draft = ReturnType<typeof createDraft>

/**
 * The list while a command's edits are applied to it, with the steps taken so far. A few bytes of a command can ask for
 * millions of steps: taking them ends where an event couldn't hold them.
 */
const createDraft = (items: ItemList, newItemId: (index: number) => string) => {
  const list = draftOf(items)
  const steps: EditStep[] = []
  const alreadyGone: string[] = []
  const added = new Set<string>()
  let minted = 0
  let bytes = 0
  const push = (step: EditStep, text: number) => {
    bytes += stepBytesMin + text
    if (bytes > eventBytesMax)
      throw new Refused(
        'too-large',
        `an event of at most ${eventBytesMax} bytes can't hold all steps of these edits; send them as several commands`,
      )
    steps.push(step)
  }
  return {
    list,
    steps,
    alreadyGone,
    /** An id that no item has, nor had during this command: a client may have named, or kept, what a key mints. */
    mint: (): string => {
      let itemId = newItemId(minted++)
      while (list.has(itemId) || added.has(itemId)) itemId = newItemId(minted++)
      return itemId
    },
    insert: (index: number, item: Item) => {
      list.insert(index, item)
      added.add(item.itemId)
      push(
        { removed: null, added: { index, ...item }, moved: null },
        item.itemId.length + item.trackId.length,
      )
    },
    removeAt: (index: number) => {
      const item = list.remove(index)
      push(
        { removed: { index, ...item }, added: null, moved: null },
        item.itemId.length + item.trackId.length,
      )
    },
    move: (from: number, to: number) => {
      const { itemId } = list.move(from, to)
      push({ removed: null, added: null, moved: { from, to, itemId } }, itemId.length)
    },
    /** The named items that are there, in the order given and once each; the others are noted as gone. */
    present: (itemIds: readonly string[]): readonly string[] =>
      [...new Set(itemIds)].filter((itemId) => {
        if (list.has(itemId)) return true
        alreadyGone.push(itemId)
        return false
      }),
  }
}

/** What a step takes in an event beside its texts, at least: three branches, and their shortest numbers and lengths. */
const stepBytesMin = 6

const add = (draft: Draft, edit: Extract<Edit, { add: unknown }>, at: number): void => {
  const index = indexOfPlace(draft, edit, at)
  for (const [nth, { trackId, itemId }] of edit.add.entries()) {
    if (itemId !== undefined && draft.list.has(itemId))
      throw new Refused(
        'rule-broken',
        `edit ${at}: item "${itemId}" is in the playlist already; leave itemId out or choose another`,
      )
    draft.insert(index + nth, { itemId: itemId ?? draft.mint(), trackId })
  }
}

/** Puts the named items, in the order given, before the first item from the target on that isn't moved itself. */
const move = (draft: Draft, itemIds: readonly string[], place: Place, at: number): void => {
  const target = indexOfPlace(draft, place, at)
  const moved = draft.present(itemIds)
  if (moved.length === 0)
    throw new Refused('already-gone', `edit ${at}: none of the items to move is in the playlist any more`, {
      alreadyGone: draft.alreadyGone,
    })
  const leaving = new Set(moved)
  const pivot = firstStaying(draft.list.from(target), leaving)
  for (const itemId of moved) {
    const from = draft.list.indexOf(itemId)
    const before = pivot ? draft.list.indexOf(pivot.itemId) : draft.list.length
    draft.move(from, from < before ? before - 1 : before)
  }
}

const firstStaying = (items: Iterable<Item>, leaving: ReadonlySet<string>): Item | undefined => {
  for (const item of items) if (!leaving.has(item.itemId)) return item
  return undefined
}

const moveRange = (draft: Draft, range: { start: number; length: number; to: number }, at: number): void => {
  const { start, length, to } = range
  if (start + length > draft.list.length)
    throw new Refused(
      'rule-broken',
      `edit ${at}: the range ${start}+${length} reaches past the end of ${draft.list.length} items`,
    )
  const itemIds: string[] = []
  for (const { itemId } of draft.list.from(start)) if (itemIds.push(itemId) === length) break
  move(draft, itemIds, { at: to }, at)
}

const remove = (draft: Draft, itemIds: readonly string[]): void => {
  for (const itemId of itemIds) draft.removeAt(draft.list.indexOf(itemId))
}

/** All indices count in the list before this edit. */
const removeAt = (draft: Draft, indices: readonly number[], at: number): void => {
  const wrong = indices.find((index) => index >= draft.list.length)
  if (wrong !== undefined)
    throw new Refused('rule-broken', `edit ${at}: there is no item at index ${wrong} of ${draft.list.length}`)
  for (const index of [...new Set(indices)].sort((a, b) => b - a)) draft.removeAt(index)
}

const indexOfPlace = (draft: Draft, { after, before, at: index }: Place, at: number): number => {
  if (index !== undefined) {
    if (index > draft.list.length)
      throw new Refused(
        'rule-broken',
        `edit ${at}: index ${index} is past the end of ${draft.list.length} items`,
      )
    return index
  }
  if (after === null) return 0
  if (typeof after === 'string') return anchor(draft, after, at) + 1
  return typeof before === 'string' ? anchor(draft, before, at) : draft.list.length
}

const anchor = (draft: Draft, itemId: string, at: number): number => {
  const index = draft.list.indexOf(itemId)
  if (index < 0)
    throw new Refused(
      'already-gone',
      `edit ${at}: the anchor "${itemId}" is not in the playlist any more; read it again and choose another place`,
      {
        anchor: itemId,
      },
    )
  return index
}
