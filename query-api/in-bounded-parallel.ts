import { eachAtOnce } from '@reprise/core/each-at-once.ts'

/** So many reads one request has under way at once: one list must not take the store from everyone else. */
const atOnce = 64

/** Does work for every item, a bounded number at once. Rejects with the first failure. */
export const inBoundedParallel = <Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> => eachAtOnce(Math.min(atOnce, items.length), items, work)
