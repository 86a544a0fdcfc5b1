import { setTimeout as pause } from 'node:timers/promises'

/** What an open loop saw, in milliseconds from when each call was due. */
export type Latencies = { readonly p50Ms: number; readonly p99Ms: number }

/** Begins calls at a fixed rate, whether or not earlier ones have ended: whoever waits in line waits on the clock. */
export const openLoop = async (
  calls: readonly (() => Promise<unknown>)[],
  perSecond: number,
): Promise<Latencies> => {
  const begin = performance.now()
  const took = await Promise.all(
    calls.map(async (call, at) => {
      const due = begin + (at * 1_000) / perSecond
      await pause(Math.max(0, due - performance.now()))
      await call()
      return performance.now() - due
    }),
  )
  took.sort((a, b) => a - b)
  const at = (part: number) => Math.round((took[Math.floor(took.length * part)] ?? 0) * 10) / 10
  return { p50Ms: at(0.5), p99Ms: at(0.99) }
}
