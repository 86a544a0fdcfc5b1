/** Random numbers that are the same in every run (mulberry32). */
export const createSeededRandom = (seed: number) => {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  return {
    below,
    chance: (probability: number): boolean => next() < probability,
    pick: <T>(from: readonly T[]): T => from[below(from.length)] as T,
    /** Mostly short, now and then long: a uniform delay up to `ms`, one in ten up to eight times that. */
    delay: (ms: number): number => below(next() < 0.1 ? 8 * ms : ms),
  }
}

/** See {@link createSeededRandom}. */
export type SeededRandom = ReturnType<typeof createSeededRandom>
