import { eachAtOnce } from '@reprise/core/each-at-once.ts'

/** How many reads or writes of one partition are under way at once; a reader works on a few partitions side by side. */
const concurrencyMax = 32

/** Runs work for every item, at most `concurrencyMax` at once. Rejects with the first failure. */
export const eachBounded = <Item>(
  items: readonly Item[],
  work: (item: Item, at: number) => Promise<unknown>,
): Promise<void> => eachAtOnce(Math.min(concurrencyMax, items.length), items, work)
