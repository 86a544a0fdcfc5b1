import type { Columns, RowOf } from '../columns.ts'
import type { Page } from '../page-list.ts'
import type { StoredRow, Table } from '../ports/row-store.port.ts'
import { storedName, type PageStorage } from '../projection.ts'
import { columnNameOf } from './column-name.ts'
import { fingerprintOf } from './physical-index.ts'

/** What a layout reads of a projection that is stored as lists in pages. */
export type ListProjection<C extends Columns = Columns> = {
  readonly name: string
  readonly version: number
  readonly row: C
  readonly store: PageStorage
}

/** The head of a list: which pages it has, in order, with their sizes. */
export type ListHead = {
  readonly position: number
  /** The version of the stream after the last event of the list; null for streams without versions. */
  readonly streamVersion: number | null
  readonly pages: readonly (readonly [id: number, items: number])[]
}

/** How lists lie in Cassandra: one partition per list, the head in row 0, a page in each other row. */
export type ListLayout<Item> = {
  readonly table: Table
  readonly headToStored: (key: string, head: ListHead) => StoredRow
  readonly headFromStored: (stored: StoredRow) => ListHead
  /**
   * `position` is that of the event that changed the page last. An emptied page is stored too: its old items must not
   * come back.
   */
  readonly pageToStored: (key: string, position: number, page: Page<Item>) => StoredRow
  readonly pageFromStored: (stored: StoredRow) => Page<Item>
}

/** The head's place among the pages; page ids begin at 1. */
export const headPage = 0

/** Items are stored as arrays of values in the order of the declaration's columns, without their names. */
export const listLayoutOf = <C extends Columns>(projection: ListProjection<C>): ListLayout<RowOf<C>> => {
  const key = columnNameOf(projection.store.partitionKey)
  const names = Object.keys(projection.row)
  const table: Table = {
    name: storedName(projection),
    partitionKey: [key],
    clustering: ['page_'],
    columns: { [key]: 'text', page_: 'int', content_: 'blob', position_: 'bigint' },
    layout: fingerprintOf(
      Object.entries(projection.row).map(([name, { cell, isStructured }]) => [name, cell, isStructured]),
    ),
  }
  const toStored = (owner: string, page: number, position: number, content: unknown): StoredRow => ({
    [key]: owner,
    page_: page,
    content_: Buffer.from(JSON.stringify(content)),
    position_: position,
  })
  const itemToStored = (item: RowOf<C>) =>
    names.map((name) => (item as Record<string, unknown>)[name] ?? null)
  const itemFromStored = (values: readonly unknown[]) =>
    Object.fromEntries(names.map((name, at) => [name, values[at] ?? null])) as RowOf<C>

  return {
    table,
    headToStored: (owner, { position, streamVersion, pages }) =>
      toStored(owner, headPage, position, { version: streamVersion, pages }),
    headFromStored: (stored) => {
      const { version, pages } = contentOf(stored) as { version: number | null; pages: ListHead['pages'] }
      return { position: stored['position_'] as number, streamVersion: version, pages }
    },
    pageToStored: (owner, position, { id, items }) => toStored(owner, id, position, items.map(itemToStored)),
    pageFromStored: (stored) => ({
      id: stored['page_'] as number,
      items: (contentOf(stored) as unknown[][]).map(itemFromStored),
    }),
  }
}

const contentOf = (stored: StoredRow): unknown => JSON.parse((stored['content_'] as Buffer).toString('utf8'))
