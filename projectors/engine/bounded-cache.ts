/** A cache that forgets what was used least recently, bounded by the weight of what it holds (law 13). */
export type BoundedCache<Value> = {
  readonly get: (key: string) => Value | undefined
  readonly set: (key: string, value: Value) => void
  readonly clear: () => void
  readonly weight: () => number
}

/** See {@link BoundedCache}. A Map keeps its keys in order of insertion, which is the order of use here. */
export const createBoundedCache = <Value>(
  weightMax: number,
  weigh: (value: Value) => number,
): BoundedCache<Value> => {
  const entries = new Map<string, { readonly value: Value; readonly weight: number }>()
  let total = 0

  const forget = (key: string) => {
    total -= entries.get(key)?.weight ?? 0
    entries.delete(key)
  }
  return {
    get: (key) => {
      const entry = entries.get(key)
      if (entry === undefined) return undefined
      entries.delete(key)
      entries.set(key, entry)
      return entry.value
    },
    set: (key, value) => {
      forget(key)
      const weight = weigh(value)
      entries.set(key, { value, weight })
      total += weight
      for (const oldest of entries.keys()) {
        if (total <= weightMax) return
        forget(oldest)
      }
    },
    clear: () => {
      entries.clear()
      total = 0
    },
    weight: () => total,
  }
}
