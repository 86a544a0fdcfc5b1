/** So many reads one request has under way at once: one list must not take the store from everyone else. */
const atOnce = 64

/** Does work for every item, a bounded number at once. Rejects with the first failure. */
export const inBoundedParallel = async <Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> => {
  let next = 0
  const worker = async () => {
    for (let at = next++; at < items.length; at = next++) await work(items[at] as Item)
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker))
}
