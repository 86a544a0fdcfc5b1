/** Up to where the index of this process has come, by partition. Only a hint about when to look: rows give verdicts. */
export type Passed = {
  readonly set: (partition: number, watermark: number) => void
  readonly has: (partition: number, offset: number) => boolean
  /** Resolves when the partition's watermark is next set above the offset, or when the time is up. */
  readonly wait: (partition: number, offset: number, timeoutMs: number) => Promise<void>
}

type Waiter = { readonly offset: number; readonly go: () => void }

/** See {@link Passed}. */
export const createPassed = (): Passed => {
  const watermarks = new Map<number, number>()
  const waiters = new Map<number, Set<Waiter>>()
  const waitersOf = (partition: number): Set<Waiter> => {
    const found = waiters.get(partition) ?? new Set<Waiter>()
    waiters.set(partition, found)
    return found
  }
  return {
    set: (partition, watermark) => {
      watermarks.set(partition, watermark)
      for (const { offset, go } of [...waitersOf(partition)]) if (offset < watermark) go()
    },
    has: (partition, offset) => (watermarks.get(partition) ?? 0) > offset,
    wait: (partition, offset, timeoutMs) =>
      new Promise((resolve) => {
        const waiter = {
          offset,
          go: () => {
            clearTimeout(timer)
            waitersOf(partition).delete(waiter)
            resolve()
          },
        }
        const timer = setTimeout(waiter.go, timeoutMs)
        waitersOf(partition).add(waiter)
      }),
  }
}
