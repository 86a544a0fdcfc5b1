import { Problem } from '@reprise/core/problem.ts'

type Waiter = { readonly offset: number; readonly wake: () => void }

/** Past this many, a request is refused rather than kept (law 13). */
const waitersMax = 10_000

/** Requests that wait for a watermark. They are woken by it, never by looking again and again. */
export const createWaiters = () => {
  const waiting = new Map<string, Set<Waiter>>()
  let count = 0

  const add = (place: string, waiter: Waiter): void => {
    const there = waiting.get(place) ?? new Set()
    waiting.set(place, there.add(waiter))
    count++
  }
  const remove = (place: string, waiter: Waiter): void => {
    const there = waiting.get(place)
    if (!there?.delete(waiter)) return
    count--
    if (there.size === 0) waiting.delete(place)
  }

  return {
    /** Wakes those who wait for less than the watermark. */
    wake: (place: string, watermark: number): void => {
      for (const waiter of waiting.get(place) ?? []) if (watermark > waiter.offset) waiter.wake()
    },
    /** Resolves when woken or after the time. @throws {Problem} `overloaded` */
    wait: (place: string, offset: number, timeoutMs: number): Promise<void> =>
      new Promise((resolve, reject) => {
        if (count >= waitersMax) {
          reject(new Problem('overloaded', 'too many requests wait for a position; try again'))
          return
        }
        const timer = setTimeout(() => waiter.wake(), Math.max(0, timeoutMs))
        const waiter: Waiter = {
          offset,
          wake: () => {
            clearTimeout(timer)
            remove(place, waiter)
            resolve()
          },
        }
        add(place, waiter)
      }),
  }
}
