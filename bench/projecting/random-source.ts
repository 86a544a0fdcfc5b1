/** Numbers in [0, 1), the same ones for the same seed (mulberry32). */
export const randomSource = (seed: number): (() => number) => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Ids with the length and look of a UUIDv7, counted up: no two of one kind are the same. */
export const idSource = (kind: number): (() => string) => {
  let count = 0
  const head = `019aa${kind.toString(16).padStart(3, '0')}-0000-7000-8000-`
  return () => head + (count++).toString(16).padStart(12, '0')
}
