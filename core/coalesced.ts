/**
 * One run at a time, shared: a call waits for the first run that *began after it*, so its answer is never older than
 * the question. Any number of callers cost at most one run at a time.
 */
export const coalesced = <T>(run: () => Promise<T>): (() => Promise<T>) => {
  let current: Promise<unknown> | undefined
  let next: Promise<T> | undefined
  const begin = async (before: Promise<unknown> | undefined): Promise<T> => {
    await before?.catch(() => undefined)
    next = undefined
    const running = run()
    current = running
    return running
  }
  return () => (next ??= begin(current))
}
