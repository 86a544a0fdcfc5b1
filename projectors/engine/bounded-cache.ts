/** A cache that forgets what wasn't used for longest, bounded by the weight of what it holds (law 13). */
export type BoundedCache<Value> = {
  readonly get: (key: string) => Value | undefined
  readonly set: (key: string, value: Value) => void
  readonly clear: () => void
  readonly weight: () => number
}

type Entry<Value> = { readonly value: Value; readonly weight: number }

/**
 * See {@link BoundedCache}. Two generations: what is used moves to the newer one; when that weighs half of the maximum,
 * the older one is forgotten as a whole. (One Map in order of use would have to step over the places of all entries
 * that were moved away, each time it looks for its oldest.)
 */
export const createBoundedCache = <Value>(
  weightMax: number,
  weigh: (value: Value) => number,
): BoundedCache<Value> => {
  let newer = new Map<string, Entry<Value>>()
  let older = new Map<string, Entry<Value>>()
  let newerWeight = 0
  let olderWeight = 0

  const forgetOlder = () => {
    older = new Map()
    olderWeight = 0
  }
  const age = () => {
    older = newer
    olderWeight = newerWeight
    newer = new Map()
    newerWeight = 0
  }
  const put = (key: string, entry: Entry<Value>) => {
    const before = newer.get(key)
    const left = before === undefined ? older.get(key) : undefined
    if (left !== undefined && older.delete(key)) olderWeight -= left.weight
    newerWeight += entry.weight - (before?.weight ?? 0)
    newer.set(key, entry)
    if (newerWeight * 2 >= weightMax) age()
    if (newerWeight + olderWeight > weightMax) forgetOlder()
  }
  return {
    get: (key) => {
      const found = newer.get(key)
      if (found !== undefined) return found.value
      const left = older.get(key)
      if (left !== undefined) put(key, left)
      return left?.value
    },
    set: (key, value) => put(key, { value, weight: weigh(value) }),
    clear: () => {
      age()
      forgetOlder()
    },
    weight: () => newerWeight + olderWeight,
  }
}
