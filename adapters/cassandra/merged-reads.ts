import type { Cell, StoredRow, Table } from '@reprise/core/ports/row-store.port.ts'
import { createOneTurn, fitting } from '../one-turn.ts'

/** One row to look for: its table's only partition key column, and its clustering columns. */
export type Place = { readonly table: Table; readonly owner: Cell; readonly at: readonly Cell[] }

/** So many rows are asked for together at most. */
const rowsMax = 64

/** Asks for the rows of some partitions that stand at the same place in each. */
export type AskForRows = (
  table: Table,
  owners: readonly Cell[],
  at: readonly Cell[],
) => Promise<readonly StoredRow[]>

/**
 * Rows that are looked for in one turn of the event loop are asked for in common requests where they stand at the same
 * place of their partitions. For a cluster in which every node has every row only.
 */
export const createMergedReads = (ask: AskForRows): ((place: Place) => Promise<readonly StoredRow[]>) =>
  createOneTurn<Place, readonly StoredRow[]>({
    keyOf: ({ table, at }) => `${table.name}\0${JSON.stringify(at)}`,
    cut: fitting(() => [1], [rowsMax]),
    send: async (places) => {
      const [first] = places
      if (first === undefined) return []
      const { table, at } = first
      const found = await ask(table, [...new Set(places.map(({ owner }) => owner))], at)
      const byOwner = Map.groupBy(found, (row) => row[table.partitionKey[0] ?? ''])
      return places.map(({ owner }) => byOwner.get(owner) ?? [])
    },
  })
