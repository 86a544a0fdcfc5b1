/**
 * Does work for every item, at most `atOnce` at the same time. Items are taken when it is their turn. Rejects with the
 * first failure.
 */
export const eachAtOnce = async <Item>(
  atOnce: number,
  items: Iterable<Item>,
  work: (item: Item, at: number) => Promise<unknown>,
): Promise<void> => {
  const iterator = items[Symbol.iterator]()
  const rest = { [Symbol.iterator]: () => iterator }
  let next = 0
  const worker = async () => {
    for (const item of rest) await work(item, next++)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}
