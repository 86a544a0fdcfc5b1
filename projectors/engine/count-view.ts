import { nowhere, type Positioned } from '@reprise/core/layout/column-name.ts'
import {
  countLayoutOf,
  type CountKey,
  type CountProjection,
  type Slots,
} from '@reprise/core/layout/count-layout.ts'
import type { RowStore } from '@reprise/core/ports/row-store.port.ts'
import type { AnyProjection } from '@reprise/core/projection.ts'
import { stampOf } from '@reprise/core/stamp.ts'
import { createRowCheckpoints } from './checkpoints.ts'
import { eachBounded } from './each-bounded.ts'
import { createCountFold } from './fold-counts.ts'
import type { Group } from './groups.ts'
import type { Packing, View } from './view.ts'
import { writeRows } from './write-rows.ts'

type State = Positioned<Slots>

const uncounted: State = { position: nowhere, value: [] }

/** The position, and the slots behind it. */
const packing: Packing<State> = {
  pack: ({ position, value }) => `${position} ${JSON.stringify(value)}`,
  unpack: (text) => {
    const end = text.indexOf(' ')
    return { position: Number(text.slice(0, end)), value: JSON.parse(text.slice(end + 1)) as Slots }
  },
}

/** Partial counts in Cassandra: one packed row per key and source partition (law 7). */
export const createCountView = (
  projection: AnyProjection & CountProjection,
  store: RowStore,
): View<State> => {
  const { table, toStored, fromStored } = countLayoutOf(projection)
  const { partitionKey, clustering } = projection.store
  const [ownerColumn = ''] = table.partitionKey
  const checkpoints = createRowCheckpoints(store, table.name)
  const ownerOf = ({ key }: Group) => String(key[partitionKey])
  const countKeyOf = ({ key, partition }: Group): CountKey => ({
    owner: String(key[partitionKey]),
    bucket: String(key[clustering]),
    partition,
  })

  const loadOne = async ({ owner, bucket, partition }: CountKey): Promise<State> => {
    const [row] = await store.read(table, { partition: { [ownerColumn]: owner }, at: [bucket, partition] })
    return row === undefined ? uncounted : fromStored(row)
  }

  return {
    ensure: async () => {
      await store.ensure(table)
      await checkpoints.ensure()
    },
    load: async (groups) => {
      const states = groups.map(() => uncounted)
      await eachBounded(groups, async (group, at) => (states[at] = await loadOne(countKeyOf(group))))
      return states
    },
    fold: createCountFold(projection),
    write: (touched) =>
      writeRows({
        store,
        table,
        groups: touched,
        ownerOf: ({ group }) => ownerOf(group),
        rowsOf: ({ group, state }) => [
          { row: toStored(countKeyOf(group), state), stamp: stampOf(state.position) },
        ],
      }),
    ownerOf,
    initial: uncounted,
    remembers: true,
    weigh: ({ value }) => 10 + value.length,
    packing,
    checkpoints,
    onLost: store.onLost,
  }
}
