import { StoreUnavailable } from '@reprise/core/ports/store-failure.ts'

/** A prepared insert with its parameters. */
export type Insert = { readonly query: string; readonly params: readonly unknown[] }

/** So many rows, and roughly so many bytes, go together at most: below Cassandra's own limit of 50 KiB. */
const rowsMax = 60
const bytesMax = 32_000

type Call = {
  readonly inserts: readonly Insert[]
  readonly resolve: () => void
  readonly reject: (reason: unknown) => void
}

/**
 * Writes that are asked for in one turn of the event loop go to Cassandra in common requests. A request costs client
 * and node more than a row: with 30 rows in each, twice as many rows are written for a third of the client's work.
 *
 * For a cluster in which every node has every row only; elsewhere a request for many partitions makes work for many
 * nodes. Each partition's rows are still one mutation, seen at once. If the store refuses a request for another reason
 * than that it can't answer now, its writes are tried one by one: a bad one fails alone.
 */
export const createMergedWrites = (
  send: (inserts: readonly Insert[]) => Promise<void>,
): ((table: string, inserts: readonly Insert[]) => Promise<void>) => {
  const waiting = new Map<string, Call[]>()

  const sendOne = ({ inserts, resolve, reject }: Call) => send(inserts).then(resolve, reject)
  const sendTogether = async (calls: readonly Call[]): Promise<void> => {
    const [only] = calls
    if (calls.length === 1 && only) return sendOne(only)
    try {
      await send(calls.flatMap(({ inserts }) => inserts))
      for (const { resolve } of calls) resolve()
    } catch (reason) {
      if (reason instanceof StoreUnavailable) for (const { reject } of calls) reject(reason)
      else await Promise.all(calls.map(sendOne))
    }
  }
  const sendAll = () => {
    const tables = [...waiting.values()]
    waiting.clear()
    for (const calls of tables) for (const together of fitting(calls)) void sendTogether(together)
  }
  return (table, inserts) =>
    new Promise((resolve, reject) => {
      if (waiting.size === 0) setImmediate(sendAll)
      const calls = waiting.get(table)
      if (calls) calls.push({ inserts, resolve, reject })
      else waiting.set(table, [{ inserts, resolve, reject }])
    })
}

/** Cuts calls, in order, into requests that are not too large; a call is never cut. */
const fitting = (calls: readonly Call[]): readonly (readonly Call[])[] => {
  const requests: Call[][] = []
  let rows = Infinity
  let bytes = Infinity
  for (const call of calls) {
    const size = sizeOf(call)
    rows += call.inserts.length
    bytes += size
    if (rows <= rowsMax && bytes <= bytesMax) requests.at(-1)?.push(call)
    else {
      requests.push([call])
      rows = call.inserts.length
      bytes = size
    }
  }
  return requests
}

const sizeOf = ({ inserts }: Call): number => {
  let bytes = 0
  for (const { params } of inserts)
    for (const param of params)
      bytes += typeof param === 'string' || Buffer.isBuffer(param) ? param.length + 8 : 16
  return bytes
}
