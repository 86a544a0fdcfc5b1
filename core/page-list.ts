/** The most items that a page holds before it is split. */
export const pageItemsMax = 200

/** Fewer items than this, and a page is joined with a neighbour if both fit into {@link pageItemsJoined}. */
export const pageItemsMin = 50

const pageItemsJoined = 150

/** A page: its id (1 and up; 0 is the head's place in the store) and its items. */
export type Page<Item> = { readonly id: number; readonly items: readonly Item[] }

/** A list in pages, in order. The same history always gives the same pages, however it is cut into batches. */
export type PageList<Item> = { readonly pages: readonly Page<Item>[] }

/** A list while an event edits it. */
export type PageListDraft<Item> = {
  readonly length: number
  /** Where the first item stands that fits; -1 if none does. */
  readonly indexOf: (fits: (item: Item) => boolean) => number
  readonly insert: (index: number, item: Item) => void
  readonly remove: (index: number) => Item
  /** `to` counts in the list without the moved item. */
  readonly move: (from: number, to: number) => void
  /** Removes everything. */
  readonly clear: () => void
}

/** What an event did to a list: the new list, and the ids of all pages that differ, emptied ones included. */
export type PageEdit<Item> = { readonly list: PageList<Item>; readonly touched: ReadonlySet<number> }

/** The list without items. */
export const emptyPageList: PageList<never> = { pages: [] }

/**
 * Applies an edit to a list. Only pages that the edit touches are copied; at the end of the edit, pages past their
 * bounds are split or joined, so pages depend on events alone and never on batches (law 6). `admit` is shown each new
 * item, and throws where it may not stand.
 */
export const editPages = <Item>(
  list: PageList<Item>,
  edit: (draft: PageListDraft<Item>) => void,
  admit: (item: Item) => void = () => undefined,
): PageEdit<Item> => {
  const pages: { id: number; items: Item[] | readonly Item[] }[] = list.pages.map((page) => ({ ...page }))
  const touched = new Set<number>()

  const own = (at: number): Item[] => {
    const page = pages[at]
    if (page === undefined) throw new Error('a page is missing')
    if (!touched.has(page.id)) page.items = [...page.items]
    touched.add(page.id)
    return page.items as Item[]
  }
  const freeId = (): number => {
    const used = new Set(pages.map((page) => page.id))
    for (let id = 1; ; id++) if (!used.has(id)) return id
  }
  const find = (index: number, last: number): readonly [page: number, within: number] => {
    if (!Number.isInteger(index) || index < 0 || index > last)
      throw new Error(`index ${index.toString()} is outside the list of ${draft.length.toString()}`)
    let before = 0
    for (const [at, page] of pages.entries()) {
      if (index < before + page.items.length || (index === draft.length && at === pages.length - 1))
        return [at, index - before]
      before += page.items.length
    }
    pages.push({ id: freeId(), items: [] })
    return [pages.length - 1, 0]
  }
  const splitAt = (at: number) => {
    const items = own(at)
    const right = { id: freeId(), items: items.splice(Math.floor(items.length / 2)) }
    touched.add(right.id)
    pages.splice(at + 1, 0, right)
  }

  const insert = (index: number, item: Item) => {
    const [at, within] = find(index, draft.length)
    own(at).splice(within, 0, item)
    draft.length++
    if ((pages[at]?.items.length ?? 0) > pageItemsMax) splitAt(at)
  }
  const remove = (index: number): Item => {
    const [at, within] = find(index, draft.length - 1)
    const [item] = own(at).splice(within, 1)
    draft.length--
    return item as Item
  }

  // A property, not a getter: see docs/performance.md.
  const draft = {
    length: pages.reduce((sum, page) => sum + page.items.length, 0),
    indexOf: (fits: (item: Item) => boolean) => {
      let before = 0
      for (const { items } of pages) {
        const within = items.findIndex(fits)
        if (within >= 0) return before + within
        before += items.length
      }
      return -1
    },
    insert: (index: number, item: Item) => {
      admit(item)
      insert(index, item)
    },
    remove,
    move: (from: number, to: number) => {
      insert(to, remove(from))
    },
    clear: () => {
      for (const at of pages.keys()) own(at).length = 0
      draft.length = 0
    },
  }
  edit(draft)
  joinSmall(pages, own, touched)
  return { list: { pages }, touched }
}

type Draft<Item> = { id: number; items: Item[] | readonly Item[] }

/** Joins pages that have become small with a neighbour, and drops empty ones. */
const joinSmall = <Item>(pages: Draft<Item>[], own: (at: number) => Item[], touched: Set<number>): void => {
  for (let at = 0; at < pages.length;) {
    const size = pages[at]?.items.length ?? 0
    const left = at > 0 ? (pages[at - 1]?.items.length ?? 0) : undefined
    const right = pages[at + 1]?.items.length
    const page = pages[at]
    if (page === undefined) return
    if (size === 0) {
      touched.add(page.id)
      pages.splice(at, 1)
    } else if (size < pageItemsMin && left !== undefined && left + size <= pageItemsJoined) {
      own(at - 1).push(...page.items)
      touched.add(page.id)
      pages.splice(at, 1)
    } else if (size < pageItemsMin && right !== undefined && right + size <= pageItemsJoined) {
      const neighbour = pages[at + 1]
      own(at).push(...(neighbour?.items ?? []))
      if (neighbour) touched.add(neighbour.id)
      pages.splice(at + 1, 1)
    } else at++
  }
}
