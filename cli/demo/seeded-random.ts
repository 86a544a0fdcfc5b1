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
    /** From 0 up to but not including 1. */
    next,
    /** A whole number from 0 up to but not including `limit`. */
    below,
    /** Standard normal (Box-Muller). */
    normal: (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    /** The index of one of the weights. */
    weighted: (weights: readonly number[]): number => {
      let rest = next() * weights.reduce((sum, weight) => sum + weight, 0)
      const index = weights.findIndex((weight) => (rest -= weight) < 0)
      return index < 0 ? weights.length - 1 : index
    },
    /** `count` different whole numbers below `limit`, ascending. */
    sample: (count: number, limit: number): readonly number[] => {
      const chosen = new Set<number>()
      while (chosen.size < Math.min(count, limit)) chosen.add(below(limit))
      return [...chosen].sort((a, b) => a - b)
    },
  }
}

/** See {@link createSeededRandom}. */
export type SeededRandom = ReturnType<typeof createSeededRandom>
