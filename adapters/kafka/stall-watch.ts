/** What the watch asks of a reader. */
export type StallWatchOptions = {
  /** The offset at which each assigned partition goes on. */
  readonly expected: () => ReadonlyMap<number, number>
  readonly ends: () => Promise<readonly { readonly partition: number; readonly high: number }[]>
  /** Whether a batch is being handled: whoever handles one for long is slow, not stalled. */
  readonly isBusy: () => boolean
  /** Nothing was delivered of these partitions for `stalledMs`, though the log goes on. */
  readonly onStalled: (partitions: readonly number[]) => void
  readonly stalledMs: number
}

const checks = 3

/** Notices that a consumer has stopped delivering without a word: several looks in a row, each with the log further on. */
export const createStallWatch = (options: StallWatchOptions) => {
  let before: ReadonlyMap<number, number> = new Map()
  const counts = new Map<number, number>()

  const look = async (): Promise<void> => {
    const now = new Map(options.expected())
    const still = [...now].filter(([partition, offset]) => before.get(partition) === offset)
    before = now
    const behind = still.length === 0 || options.isBusy() ? [] : await behindOf(still)
    for (const partition of counts.keys()) if (!behind.includes(partition)) counts.delete(partition)
    for (const partition of behind) counts.set(partition, (counts.get(partition) ?? 0) + 1)
    const stalled = behind.filter((partition) => (counts.get(partition) ?? 0) >= checks)
    if (stalled.length === 0) return
    counts.clear()
    options.onStalled(stalled)
  }
  const behindOf = async (still: readonly (readonly [number, number])[]): Promise<readonly number[]> => {
    const ends = new Map((await options.ends()).map(({ partition, high }) => [partition, high]))
    return still
      .filter(([partition, offset]) => (ends.get(partition) ?? 0) > offset)
      .map(([partition]) => partition)
  }
  // A broker that doesn't answer is no stall: reading goes on when it is back.
  const timer = setInterval(() => void look().catch(() => counts.clear()), options.stalledMs / checks)
  timer.unref()
  return { stop: () => clearInterval(timer) }
}
