/** A set of identities that never misses one it holds, and takes about one in ten thousand others for one of them. */
export type FingerprintTable = {
  readonly slots: number
  readonly isFull: () => boolean
  readonly has: (print: Fingerprint) => boolean
  readonly add: (print: Fingerprint) => void
}

/** Two hashes of an identity: where it belongs, and what stands there. */
export type Fingerprint = { readonly place: number; readonly mark: number }

/** What a slot takes. */
export const bytesPerSlot = 2

/** Two bytes a slot in an open-addressed table that is filled to three quarters: 2.7 bytes an identity. */
export const createFingerprintTable = (slots: number): FingerprintTable => {
  const marks = new Uint16Array(slots)
  const mask = slots - 1
  const sizeMax = slots * 0.75
  let size = 0
  const slotOf = ({ place, mark }: Fingerprint): number => {
    let at = place & mask
    while (marks[at] !== 0 && marks[at] !== mark) at = (at + 1) & mask
    return at
  }
  return {
    slots,
    isFull: () => size >= sizeMax,
    has: (print) => marks[slotOf(print)] !== 0,
    add: (print) => {
      const at = slotOf(print)
      if (marks[at] === 0) size++
      marks[at] = print.mark
    },
  }
}

/** Hashes any text (cyrb53's two lanes); the mark is never 0, which means a free slot. */
export const fingerprintOf = (identity: string): Fingerprint => {
  let one = 0xdeadbeef
  let two = 0x41c6ce57
  for (let at = 0; at < identity.length; at++) {
    const code = identity.charCodeAt(at)
    one = Math.imul(one ^ code, 2_654_435_761)
    two = Math.imul(two ^ code, 1_597_334_677)
  }
  one = Math.imul(one ^ (one >>> 16), 2_246_822_507) ^ Math.imul(two ^ (two >>> 13), 3_266_489_909)
  two = Math.imul(two ^ (two >>> 16), 2_246_822_507) ^ Math.imul(one ^ (one >>> 13), 3_266_489_909)
  return { place: one >>> 0, mark: two >>> 16 || 1 }
}
