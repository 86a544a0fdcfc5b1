import { createFingerprintTable, fingerprintOf, type FingerprintTable } from './fingerprint-table.ts'

/** Which keys a stay that began at the first record has not touched: they need no look at the store. */
export type UntouchedKeys = {
  /** Never true of a key that was touched. */
  readonly has: (key: string) => boolean
  readonly touch: (key: string) => void
}

/** Tables begin small and double: by default up to 200,000 keys in half a megabyte. */
const slotsMin = 2 ** 10
const slotsMaxByDefault = 2 ** 17

/** See {@link UntouchedKeys}. When there is no room for more keys, none is said to be untouched any more. */
export const createUntouchedKeys = (slotsMax = slotsMaxByDefault): UntouchedKeys => {
  const tables: FingerprintTable[] = []
  let isKnown = true

  const roomy = (): FingerprintTable | undefined => {
    const last = tables.at(-1)
    if (last?.isFull() === false) return last
    const slots = last === undefined ? slotsMin : last.slots * 2
    if (slots > slotsMax) return undefined
    const table = createFingerprintTable(slots)
    tables.push(table)
    return table
  }
  return {
    has: (key) => {
      if (!isKnown) return false
      const print = fingerprintOf(key)
      return !tables.some((table) => table.has(print))
    },
    touch: (key) => {
      if (!isKnown) return
      const print = fingerprintOf(key)
      if (tables.some((table) => table.has(print))) return
      const table = roomy()
      if (table) table.add(print)
      else {
        isKnown = false
        tables.length = 0
      }
    },
  }
}
