import { createLanes } from './lanes.ts'

/** Maps items with a bounded number at the same time; results in the order of the items. */
export const inParallel = async <T, R>(
  items: readonly T[],
  inFlightMax: number,
  map: (item: T) => Promise<R>,
): Promise<readonly R[]> => {
  const results = new Map<number, R>()
  const lanes = createLanes<number>({
    inFlightMax,
    pendingMax: items.length + 1,
    work: async (at) => void results.set(at, await map(items[at] as T)),
  })
  for (const at of items.keys()) await lanes.add(String(at), at)
  await lanes.end()
  return items.map((_item, at) => results.get(at) as R)
}
