import { hashOf } from './hash.ts'

const slotsMin = 64

/** What a `Map` from texts can do, as far as the write path asks for it. */
export type SteadyMap<Value> = {
  readonly get: (key: string) => Value | undefined
  readonly has: (key: string) => boolean
  readonly set: (key: string, value: Value) => void
  /** Whether it was there. */
  readonly delete: (key: string) => boolean
  readonly clear: () => void
  /** In no particular order, as they are now. */
  readonly values: () => readonly Value[]
  readonly size: number
}

/**
 * A map for what comes and goes all the time. It empties its slots in place, and makes new ones only when it must hold more
 * than ever. A `Map` makes a new table every few dozen deletions, and each old one, dead but in V8's old generation, keeps what
 * was in it alive until the whole heap is collected. Open addressing with linear probing; Knuth's algorithm R closes gaps.
 */
export const createSteadyMap = <Value>(): SteadyMap<Value> => {
  let keys = emptyOf<string>(slotsMin)
  let values = emptyOf<Value>(slotsMin)
  let last = slotsMin - 1
  let size = 0

  /** Where a key is, or would be. */
  const slotOf = (key: string): number => {
    let slot = hashOf(key) & last
    for (;;) {
      const there = keys[slot]
      if (there === undefined || there === key) return slot
      slot = (slot + 1) & last
    }
  }
  const put = (slot: number, key: string | undefined, value: Value | undefined) => {
    keys[slot] = key
    values[slot] = value
  }
  const grow = () => {
    const [before, held] = [keys, values]
    keys = emptyOf(2 * before.length)
    values = emptyOf(2 * before.length)
    last = keys.length - 1
    for (const [at, key] of before.entries()) if (key !== undefined) put(slotOf(key), key, held[at])
  }
  /** Moves up what stands behind a free slot only because that was taken. */
  const closeGap = (gap: number) => {
    let free = gap
    for (let slot = (gap + 1) & last; ; slot = (slot + 1) & last) {
      const key = keys[slot]
      if (key === undefined) break
      const fromHome = (slot - hashOf(key)) & last
      if (fromHome < ((slot - free) & last)) continue
      put(free, key, values[slot])
      free = slot
    }
    put(free, undefined, undefined)
  }

  return {
    get: (key) => values[slotOf(key)],
    has: (key) => keys[slotOf(key)] !== undefined,
    set: (key, value) => {
      const slot = slotOf(key)
      if (keys[slot] === undefined) size++
      put(slot, key, value)
      if (2 * size > last) grow()
    },
    delete: (key) => {
      const slot = slotOf(key)
      if (keys[slot] === undefined) return false
      size--
      closeGap(slot)
      return true
    },
    clear: () => {
      keys.fill(undefined)
      values.fill(undefined)
      size = 0
    },
    values: () => values.filter((_value, slot) => keys[slot] !== undefined) as readonly Value[],
    get size() {
      return size
    },
  }
}

const emptyOf = <T>(length: number): (T | undefined)[] => new Array<T | undefined>(length).fill(undefined)
