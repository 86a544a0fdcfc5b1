/** How many reads or writes of one partition are under way at once; a reader works on a few partitions side by side. */
const concurrencyMax = 32

/** Runs work for every item, at most `concurrencyMax` at once. Rejects with the first failure. */
export const eachBounded = async <Item>(
  items: readonly Item[],
  work: (item: Item, at: number) => Promise<unknown>,
): Promise<void> => {
  if (items.length === 0) return
  let next = 0
  const worker = async () => {
    for (let at = next++; at < items.length; at = next++) await work(items[at] as Item, at)
  }
  await Promise.all(Array.from({ length: Math.min(concurrencyMax, items.length) }, worker))
}
