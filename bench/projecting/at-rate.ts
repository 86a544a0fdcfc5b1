/** Begins calls at a fixed rate, whether or not earlier ones have ended. */
export const atRate = async (
  call: () => Promise<unknown>,
  rate: number,
  forSeconds: number,
): Promise<void> => {
  const begin = performance.now()
  const calls: Promise<unknown>[] = []
  const total = rate * forSeconds
  while (calls.length < total) {
    const due = Math.min(total, Math.floor(((performance.now() - begin) / 1_000) * rate))
    while (calls.length < due) calls.push(call())
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await Promise.all(calls)
}
