import { StoreUnavailable } from '@reprise/core/ports/store-failure.ts'

type Call<Item, Answer> = {
  readonly item: Item
  readonly resolve: (answer: Answer) => void
  readonly reject: (reason: unknown) => void
}

/** How items of one turn go together. */
export type OneTurn<Item, Answer> = {
  /** Only items with the same key share a request. */
  readonly keyOf: (item: Item) => string
  /** Cuts items of one key, in order, into requests that are not too large. */
  readonly cut: (items: readonly Item[]) => readonly (readonly Item[])[]
  /** Sends one request; an answer for each item, in the same order. */
  readonly send: (items: readonly Item[]) => Promise<readonly Answer[]>
}

/** Cuts items, in order, into requests of which none outweighs these bounds, but for an item that does so alone. */
export const fitting =
  <Item>(weigh: (item: Item) => readonly number[], bounds: readonly number[]) =>
  (items: readonly Item[]): readonly (readonly Item[])[] => {
    const requests: Item[][] = []
    let weights: readonly number[] = []
    for (const item of items) {
      const own = weigh(item)
      const together = own.map((weight, at) => weight + (weights[at] ?? 0))
      const request = requests.at(-1)
      if (request !== undefined && together.every((weight, at) => weight <= (bounds[at] ?? Infinity))) {
        request.push(item)
        weights = together
      } else {
        requests.push([item])
        weights = own
      }
    }
    return requests
  }

/**
 * What is asked for in one turn of the event loop goes to the store in common requests: a request costs client and node
 * more than a row. If the store refuses one for another reason than that it can't answer now, its items are sent one by
 * one: a bad one fails alone.
 */
export const createOneTurn = <Item, Answer>({ keyOf, cut, send }: OneTurn<Item, Answer>) => {
  const waiting = new Map<string, Call<Item, Answer>[]>()

  const sendOne = async (call: Call<Item, Answer>): Promise<void> => {
    try {
      const [answer] = await send([call.item])
      call.resolve(answer as Answer)
    } catch (reason) {
      call.reject(reason)
    }
  }
  const sendTogether = async (calls: readonly Call<Item, Answer>[]): Promise<void> => {
    const [only] = calls
    if (calls.length === 1 && only) return sendOne(only)
    try {
      const answers = await send(calls.map(({ item }) => item))
      for (const [at, { resolve }] of calls.entries()) resolve(answers[at] as Answer)
    } catch (reason) {
      if (reason instanceof StoreUnavailable) for (const { reject } of calls) reject(reason)
      else await Promise.all(calls.map(sendOne))
    }
  }
  const sendAll = () => {
    const keys = [...waiting.values()]
    waiting.clear()
    for (const calls of keys) {
      let from = 0
      for (const { length } of cut(calls.map(({ item }) => item))) {
        void sendTogether(calls.slice(from, from + length))
        from += length
      }
    }
  }
  return (item: Item): Promise<Answer> =>
    new Promise((resolve, reject) => {
      if (waiting.size === 0) setImmediate(sendAll)
      const key = keyOf(item)
      const calls = waiting.get(key)
      if (calls) calls.push({ item, resolve, reject })
      else waiting.set(key, [{ item, resolve, reject }])
    })
}
