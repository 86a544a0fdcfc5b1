/** So many fingerprints before another set is begun: one set takes a megabyte. */
export const fingerprintsMax = 65_536

const slots = fingerprintsMax * 2

/** A set of command ids that keeps 52 bits of each: it never misses one, and rarely takes one for another. */
export type Fingerprints = {
  readonly add: (id: string) => void
  readonly has: (id: string) => boolean
  readonly size: number
}

/** An empty set for {@link fingerprintsMax} ids, in an open-addressed table of a fixed size. */
export const createFingerprints = (): Fingerprints => {
  const table = new Float64Array(slots)
  let size = 0
  const placeOf = (print: number): number => {
    let at = print % slots
    while (table[at] !== 0 && table[at] !== print) at = (at + 1) % slots
    return at
  }
  return {
    add: (id) => {
      const print = fingerprintOf(id)
      const at = placeOf(print)
      if (table[at] === 0) size++
      table[at] = print
    },
    has: (id) => table[placeOf(fingerprintOf(id))] !== 0,
    get size() {
      return size
    },
  }
}

/** From the hexadecimal digits at both ends of a UUID, which are hash in a UUIDv5; never 0, which marks a free slot. */
const fingerprintOf = (id: string): number =>
  Number.parseInt(id.slice(0, 7), 16) * 0x1000000 + Number.parseInt(id.slice(-6), 16) + 1
