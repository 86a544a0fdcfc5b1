import { drop, findIn, type PersistentMap, put } from '@reprise/core/persistent-map.ts'

/** An item of a playlist: the same track may stand there more than once. */
export type Item = { readonly itemId: string; readonly trackId: string }

/**
 * The items of a playlist in order. It never changes: an edit gives a new list, which shares all but the touched chunks
 * with the old one, so an edit of 10,000 items costs no more than one of a few hundred, and every earlier list stays
 * as it was. An item's id leads to its chunk; while there is only one chunk, that needs no index.
 */
export type ItemList = {
  readonly length: number
  readonly chunks: readonly Chunk[]
  /** The chunk of each item; empty while there is at most one chunk. */
  readonly chunkIds: PersistentMap<number>
  readonly nextChunkId: number
}

/** Some items that stand side by side. */
export type Chunk = { readonly id: number; readonly items: readonly Item[] }

/** A chunk that the draft made. Its items are a new array with each change, for one that grows takes room for more. */
type OwnChunk = { readonly id: number; items: readonly Item[] }

/** The list without items. */
export const noItems: ItemList = { length: 0, chunks: [], chunkIds: undefined, nextChunkId: 1 }

/** A list of these items; no two of them have the same id. */
export const itemListOf = (items: readonly Item[]): ItemList => {
  const { length } = items
  if (length === 0) return noItems
  if (length <= chunkItemsMax)
    return { length, chunks: [{ id: 1, items }], chunkIds: undefined, nextChunkId: 2 }
  const draft = draftOf(noItems)
  for (const item of items) draft.insert(draft.length, item)
  return draft.done()
}

/** The items in order. */
export const itemsOf = (list: ItemList): readonly Item[] => list.chunks.flatMap(({ items }) => items)

/** The most items that a chunk holds before it is split. */
export const chunkItemsMax = 128

/** A chunk of fewer items is joined with a neighbour if both hold at most {@link chunkItemsJoined}. */
const chunkItemsMin = 32

const chunkItemsJoined = 96

/** A list while a command or an event edits it. What it began with stays as it was. */
export type ItemDraft = {
  readonly length: number
  readonly has: (itemId: string) => boolean
  /** Where an item stands, -1 if it doesn't. */
  readonly indexOf: (itemId: string) => number
  /** The items from an index on. */
  readonly from: (index: number) => Iterable<Item>
  readonly insert: (index: number, item: Item) => void
  readonly remove: (index: number) => Item
  /** `to` counts in the list without the moved item. */
  readonly move: (from: number, to: number) => Item
  readonly done: () => ItemList
}

/** Begins to edit a list. Indices outside it throw: whoever edits has checked them, or follows an accepted event. */
export const draftOf = (list: ItemList): ItemDraft => {
  let { chunkIds, nextChunkId } = list
  let chunks = list.chunks as OwnChunk[]
  const own = new Set<Chunk>()

  const isIndexed = () => chunks.length > 1
  const assign = ({ id, items }: Chunk) => {
    for (const { itemId } of items) chunkIds = put(chunkIds, itemId, id)
  }
  const ownAt = (at: number): OwnChunk => {
    const chunk = chunks[at] ?? { id: nextChunkId++, items: [] }
    if (own.has(chunk)) return chunk
    const copy = { ...chunk }
    own.add(copy)
    chunks = at < chunks.length ? chunks.with(at, copy) : [...chunks, copy]
    return copy
  }
  /** The chunk and the place in it; an index at the seam of two chunks is the end of the first one. */
  const find = (index: number, isEnd: boolean): readonly [at: number, within: number] => {
    let within = index
    for (let at = 0; at < chunks.length && index >= 0; at++) {
      const size = chunks[at]?.items.length ?? 0
      if (within < size || (isEnd && within === size)) return [at, within]
      within -= size
    }
    if (isEnd && index === 0) return [0, 0]
    throw new Error(`index ${index} is outside the list of ${draft.length}`)
  }
  /** Items that are added one after the other at the end leave full chunks behind. */
  const split = (at: number) => {
    const left = ownAt(at)
    const isAppended = at === chunks.length - 1 && chunks.length > 1
    const right = {
      id: nextChunkId++,
      items: left.items.slice(isAppended ? chunkItemsMax : left.items.length >> 1),
    }
    left.items = left.items.slice(0, -right.items.length)
    own.add(right)
    const wasIndexed = isIndexed()
    chunks.splice(at + 1, 0, right)
    if (!wasIndexed) assign(left)
    assign(right)
  }
  const insert = (index: number, item: Item) => {
    const [at, within] = index === draft.length && chunks.length > 0 ? endOf(chunks) : find(index, true)
    const chunk = ownAt(at)
    chunk.items = chunk.items.toSpliced(within, 0, item)
    draft.length++
    if (isIndexed()) chunkIds = put(chunkIds, item.itemId, chunk.id)
    if (chunk.items.length > chunkItemsMax) split(at)
  }
  /** Takes an item out, and leaves its id in the index. */
  const take = (index: number): Item => {
    const [at, within] = find(index, false)
    const chunk = ownAt(at)
    const item = chunk.items[within]
    if (item === undefined) throw new Error(`index ${index} is outside the list of ${draft.length}`)
    chunk.items = chunk.items.toSpliced(within, 1)
    draft.length--
    if (chunk.items.length < chunkItemsMin) shrink(at)
    return item
  }
  const shrink = (at: number) => {
    const size = chunks[at]?.items.length ?? 0
    const neighbour = [at - 1, at + 1].find((next) => {
      const other = chunks[next]?.items.length
      return other !== undefined && (size === 0 || size + other <= chunkItemsJoined)
    })
    if (neighbour === undefined) {
      if (size === 0) chunks.splice(at, 1)
      return
    }
    const left = ownAt(Math.min(at, neighbour))
    const [right] = chunks.splice(Math.max(at, neighbour), 1)
    left.items = left.items.concat(right?.items ?? [])
    if (!isIndexed()) chunkIds = undefined
    else if (right) assign({ id: left.id, items: right.items })
  }

  const indexOf = (itemId: string): number => {
    const id = isIndexed() ? findIn(chunkIds, itemId) : chunks[0]?.id
    if (id === undefined) return -1
    let before = 0
    for (const chunk of chunks) {
      if (chunk.id === id) {
        const within = chunk.items.findIndex((item) => item.itemId === itemId)
        return within < 0 ? -1 : before + within
      }
      before += chunk.items.length
    }
    return -1
  }

  // A property, not a getter: V8 gives every object with a getter of its own a hidden class of its own, outside the
  // nursery, and with it all that the getter sees outlives the next collections.
  const draft = {
    length: list.length,
    has: (itemId: string) => (isIndexed() ? findIn(chunkIds, itemId) !== undefined : indexOf(itemId) >= 0),
    indexOf,
    *from(index: number) {
      if (index >= draft.length) return
      const [at, within] = find(index, false)
      for (const item of chunks[at]?.items.slice(within) ?? []) yield item
      for (const { items } of chunks.slice(at + 1)) yield* items
    },
    insert,
    remove: (index: number) => {
      const item = take(index)
      if (isIndexed()) chunkIds = drop(chunkIds, item.itemId)
      return item
    },
    move: (from: number, to: number) => {
      const item = take(from)
      insert(to, item)
      return item
    },
    done: () => (chunks === list.chunks ? list : { length: draft.length, chunks, chunkIds, nextChunkId }),
  }
  return draft
}

const endOf = (chunks: readonly Chunk[]): readonly [at: number, within: number] => {
  const at = chunks.length - 1
  return [at, chunks[at]?.items.length ?? 0]
}
