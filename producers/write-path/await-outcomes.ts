const againMs = 50

/**
 * Waits until nobody waits any more, or the log was read to its end, or the time is over. What is still waiting then has
 * an outcome that only the next owner will know.
 */
export const awaitOutcomes = async (options: {
  readonly pending: { readonly size: number }
  /** All below it was read. */
  readonly nextOffset: () => number
  readonly endOffset: () => Promise<number>
  readonly waitMsMax: number
}): Promise<void> => {
  const { pending, nextOffset, endOffset, waitMsMax } = options
  const until = performance.now() + waitMsMax
  while (pending.size > 0 && performance.now() < until) {
    const end = await endOffset().catch(() => undefined)
    if (end !== undefined && nextOffset() >= end) return
    await new Promise((resolve) => setTimeout(resolve, againMs))
  }
}
