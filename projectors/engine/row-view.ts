import { columnNameOf, nowhere, type Positioned } from '@reprise/core/layout/column-name.ts'
import { rowLayoutOf, type RowProjection } from '@reprise/core/layout/row-layout.ts'
import type { RowStore } from '@reprise/core/ports/row-store.port.ts'
import type { AnyProjection, Key } from '@reprise/core/projection.ts'
import { stampOf } from '@reprise/core/stamp.ts'
import { createRowCheckpoints } from './checkpoints.ts'
import { eachBounded } from './each-bounded.ts'
import { createRowFold, type AnyRow } from './fold-row.ts'
import { eventFailed, type Group } from './groups.ts'
import type { View } from './view.ts'
import { writeRows } from './write-rows.ts'

type State = Positioned<AnyRow>

const unwritten: State = { position: nowhere, value: null }

/** Rows in Cassandra, one per group. */
export const createRowView = (projection: AnyProjection & RowProjection, store: RowStore): View<State> => {
  const { table, toStored, fromStored } = rowLayoutOf(projection)
  const { partitionKey, clustering, onceOnly } = projection.store
  const checkpoints = createRowCheckpoints(store, table.name)

  const loadOne = async ({ key }: Group): Promise<State> => {
    const [row] = await store.read(table, {
      partition: Object.fromEntries(partitionKey.map((name) => [columnNameOf(name), key[name] ?? ''])),
      at: clustering.map((name) => key[name] ?? ''),
    })
    return row === undefined ? unwritten : fromStored(row)
  }
  const fold = createRowFold(projection)
  const ownerOf = ({ key }: Group) => partitionKey.map((name) => key[name]).join('\0')

  return {
    ensure: async () => {
      await store.ensure(table)
      await checkpoints.ensure()
    },
    load: async (groups) => {
      const states = groups.map(() => unwritten)
      if (!onceOnly) await eachBounded(groups, async (group, at) => (states[at] = await loadOne(group)))
      return states
    },
    fold: (state, group) => {
      const [, second] = group.events
      if (onceOnly && second !== undefined)
        throw eventFailed(
          second,
          new Error(`key ${keyText(group.key)} is met by more than one event, and is declared onceOnly`),
        )
      return fold(state, group)
    },
    write: (touched) =>
      writeRows({
        store,
        table,
        groups: touched,
        ownerOf: ({ group }) => ownerOf(group),
        rowsOf: ({ group, state }) => [
          { row: toStored(group.key, state as Positioned<never>), stamp: stampOf(state.position) },
        ],
      }),
    ownerOf,
    ...(!onceOnly && { initial: unwritten }),
    remembers: !onceOnly,
    weigh: () => Object.keys(table.columns).length,
    checkpoints,
    onLost: store.onLost,
  }
}

const keyText = (key: Key) => Object.values(key).join(', ')
