import { headPage, listLayoutOf, type ListProjection } from '@reprise/core/layout/list-layout.ts'
import type { Page } from '@reprise/core/page-list.ts'
import type { RowStore, RowWrite, StoredRow } from '@reprise/core/ports/row-store.port.ts'
import type { AnyProjection } from '@reprise/core/projection.ts'
import { stampOf } from '@reprise/core/stamp.ts'
import { createRowCheckpoints } from './checkpoints.ts'
import { eachBounded } from './each-bounded.ts'
import { createListFold, emptyList, type AnyItem, type ListState } from './fold-list.ts'
import type { Group } from './groups.ts'
import type { View } from './view.ts'
import { writeRows } from './write-rows.ts'

/** Lists in pages in Cassandra; the head is written with every touched page (law 6). */
export const createListView = (
  projection: AnyProjection & ListProjection,
  store: RowStore,
): View<ListState> => {
  const { table, ...layout } = listLayoutOf(projection)
  const { partitionKey } = projection.store
  const [ownerColumn = ''] = table.partitionKey
  const checkpoints = createRowCheckpoints(store, table.name)
  const ownerOf = ({ key }: Group) => String(key[partitionKey])
  const columns = Object.keys(projection.row).length

  const stateOf = (rows: readonly StoredRow[]): ListState => {
    const first = rows.find((row) => row['page_'] === headPage)
    if (first === undefined) return emptyList
    const head = layout.headFromStored(first)
    const stored = new Map(rows.map((row) => [row['page_'] as number, row]))
    const pages = head.pages.map(([id]): Page<AnyItem> => {
      const row = stored.get(id)
      if (row === undefined) throw new Error(`${table.name}: a head names page ${id}, which is not stored`)
      return layout.pageFromStored(row)
    })
    return { position: head.position, streamVersion: head.streamVersion, list: { pages }, touched: new Map() }
  }

  /** A page has the position and stamp of the event that changed it last, so rows don't depend on batches at all. */
  const rowsOf = (owner: string, { position, streamVersion, list, touched }: ListState): RowWrite[] => {
    const pages = new Map(list.pages.map((page) => [page.id, page as Page<never>]))
    const head = {
      position,
      streamVersion,
      pages: list.pages.map(({ id, items }) => [id, items.length] as const),
    }
    return [
      { row: layout.headToStored(owner, head), stamp: stampOf(position) },
      ...[...touched].map(([id, changedAt]) => ({
        row: layout.pageToStored(owner, changedAt, pages.get(id) ?? { id, items: [] }),
        stamp: stampOf(changedAt),
      })),
    ]
  }

  return {
    ensure: async () => {
      await store.ensure(table)
      await checkpoints.ensure()
    },
    load: async (groups) => {
      const states = groups.map(() => emptyList)
      await eachBounded(groups, async (group, at) => {
        states[at] = stateOf(await store.read(table, { partition: { [ownerColumn]: ownerOf(group) } }))
      })
      return states
    },
    fold: createListFold(projection),
    write: (touched) =>
      writeRows({
        store,
        table,
        groups: touched,
        ownerOf: ({ group }) => ownerOf(group),
        rowsOf: ({ group, state }) => rowsOf(ownerOf(group), state),
      }),
    initial: emptyList,
    stored: (state) => ({ ...state, touched: emptyList.touched }),
    remembers: true,
    weigh: ({ list }) => list.pages.reduce((sum, { items }) => sum + 2 + items.length * columns, 8),
    checkpoints,
    onLost: store.onLost,
  }
}
