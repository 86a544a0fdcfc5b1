const againMs = 50
const sendingMsMax = 1_000

/**
 * Waits until nobody waits any more, or the log was read to its end with nothing on its way there, or the time is over.
 * What is still waiting then has an outcome that only the next owner will know.
 */
export const awaitOutcomes = async (options: {
  readonly pending: { readonly size: number }
  /** All below it was read. */
  readonly nextOffset: () => number
  readonly endOffset: () => Promise<number>
  /** Whether an append is unanswered. One that takes more than a second is on its way for who knows how long. */
  readonly isSending: () => boolean
  readonly waitMsMax: number
}): Promise<void> => {
  const { pending, nextOffset, endOffset, isSending, waitMsMax } = options
  const since = performance.now()
  const until = since + waitMsMax
  while (pending.size > 0 && performance.now() < until) {
    const isSent = !isSending() || performance.now() >= since + sendingMsMax
    const end = await endOffset().catch(() => undefined)
    if (isSent && end !== undefined && nextOffset() >= end) return
    await new Promise((resolve) => setTimeout(resolve, againMs))
  }
}
