import type { Cell, StoredRow, Table } from '@reprise/core/ports/row-store.port.ts'
import { StoreUnavailable } from '@reprise/core/ports/store-failure.ts'

/** One row to look for: its table's only partition key column, and its clustering columns. */
export type Place = { readonly table: Table; readonly owner: Cell; readonly at: readonly Cell[] }

/** So many rows are asked for together at most. */
const rowsMax = 64

type Call = {
  readonly owner: Cell
  readonly resolve: (rows: readonly StoredRow[]) => void
  readonly reject: (reason: unknown) => void
}
type Waiting = Pick<Place, 'table' | 'at'> & { readonly calls: Call[] }

/** Asks for the rows of some partitions that stand at the same place in each. */
export type AskForRows = (
  table: Table,
  owners: readonly Cell[],
  at: readonly Cell[],
) => Promise<readonly StoredRow[]>

/**
 * Rows that are looked for in one turn of the event loop are asked for in common requests where they stand at the same
 * place of their partitions. A request costs client and node more than a row. For a cluster in which every node has every
 * row only. If the store refuses a request for another reason than that it can't answer now, its rows are asked for one
 * by one: a bad one fails alone.
 */
export const createMergedReads = (ask: AskForRows): ((place: Place) => Promise<readonly StoredRow[]>) => {
  const waiting = new Map<string, Waiting>()

  const askOne = ({ table, at }: Waiting, { owner, resolve, reject }: Call) =>
    ask(table, [owner], at).then(resolve, reject)
  const askTogether = async (place: Waiting, calls: readonly Call[]): Promise<void> => {
    const [only] = calls
    if (calls.length === 1 && only) return askOne(place, only)
    const column = place.table.partitionKey[0] ?? ''
    try {
      const found = await ask(place.table, [...new Set(calls.map(({ owner }) => owner))], place.at)
      const byOwner = Map.groupBy(found, (row) => row[column])
      for (const { owner, resolve } of calls) resolve(byOwner.get(owner) ?? [])
    } catch (reason) {
      if (reason instanceof StoreUnavailable) for (const { reject } of calls) reject(reason)
      else await Promise.all(calls.map((call) => askOne(place, call)))
    }
  }
  const askAll = () => {
    const places = [...waiting.values()]
    waiting.clear()
    for (const place of places)
      for (let from = 0; from < place.calls.length; from += rowsMax)
        void askTogether(place, place.calls.slice(from, from + rowsMax))
  }
  return ({ table, owner, at }) =>
    new Promise((resolve, reject) => {
      if (waiting.size === 0) setImmediate(askAll)
      const key = `${table.name}\0${JSON.stringify(at)}`
      const call = { owner, resolve, reject }
      const place = waiting.get(key)
      if (place) place.calls.push(call)
      else waiting.set(key, { table, at, calls: [call] })
    })
}
