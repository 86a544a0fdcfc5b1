import type { Columns, RowOf } from '../columns.ts'
import { headPage, listLayoutOf, type ListHead, type ListProjection } from '../layout/list-layout.ts'
import type { RowStore, StoredRow } from '../ports/row-store.port.ts'
import { StoreUnavailable } from '../ports/store-failure.ts'

/** Which items of a list. */
export type ListRange = { readonly from: number; readonly count: number }

/** Some items of a list, all of one position. */
export type ListSlice<Item> = {
  readonly position: number
  readonly streamVersion: number | null
  /** The length of the whole list. */
  readonly length: number
  readonly items: readonly Item[]
}

/** Reads a part of a list; undefined when the view has no such list. */
export type ListReader<Item> = (key: string, range: ListRange) => Promise<ListSlice<Item> | undefined>

/** So often a reader may find that the list has changed between its two reads. */
const attemptsMax = 20

/**
 * Law 6: the head says which pages are needed; they are read together with the head in one select, and again if that
 * head is not the one that chose the pages. Two bounded reads for any part of a list that nobody edits meanwhile.
 * @throws {StoreUnavailable} from the store, or when the list changes faster than it can be read.
 */
export const createListReader = <C extends Columns>(
  store: RowStore,
  projection: ListProjection<C>,
): ListReader<RowOf<C>> => {
  const { table, headFromStored, pageFromStored } = listLayoutOf(projection)
  const [ownerColumn = ''] = table.partitionKey
  const read = (key: string, pages: readonly number[]) =>
    store.read(table, { partition: { [ownerColumn]: key }, in: [headPage, ...pages] })

  return async (key, range) => {
    let stored = await read(key, [])
    let chosen: readonly number[] = []
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      const first = stored.find(isHead)
      if (first === undefined) return undefined
      const head = headFromStored(first)
      const needed = pagesFor(head, range)
      if (needed.ids.every((id) => chosen.includes(id))) {
        const pages = new Map(stored.filter((row) => !isHead(row)).map((row) => [row['page_'], row]))
        const items = needed.ids.flatMap((id) => pageFromStored(storedPage(pages.get(id), key, id)).items)
        return {
          position: head.position,
          streamVersion: head.streamVersion,
          length: lengthOf(head),
          items: items.slice(needed.skip, needed.skip + range.count),
        }
      }
      chosen = needed.ids
      stored = await read(key, chosen)
    }
    throw new StoreUnavailable(`list ${key} changes faster than it can be read`)
  }
}

const isHead = (row: StoredRow) => row['page_'] === headPage

const lengthOf = ({ pages }: ListHead) => pages.reduce((sum, [, items]) => sum + items, 0)

const storedPage = (row: StoredRow | undefined, key: string, id: number): StoredRow => {
  if (row === undefined) throw new Error(`the head of list ${key} names page ${id}, which is not stored`)
  return row
}

/** The pages that hold a range, and how many of their items come before it. */
const pagesFor = ({ pages }: ListHead, { from, count }: ListRange) => {
  const ids: number[] = []
  let before = 0
  let skip = 0
  for (const [id, items] of pages) {
    if (before + items > from && before < from + count) {
      if (ids.length === 0) skip = from - before
      ids.push(id)
    }
    before += items
  }
  return { ids, skip }
}
