/** Counts the names that a source gives to each id. */
export const createNameCounts = () => {
  const counts = new Map<string, Map<string, number>>()
  return {
    count: (id: string, name: string): void => {
      const names = counts.get(id) ?? new Map<string, number>()
      names.set(name, (names.get(name) ?? 0) + 1)
      counts.set(id, names)
    },
    /** Every id with the name that it has most often; of equally frequent ones the first by code point. */
    chosen: (): ReadonlyMap<string, string> =>
      new Map([...counts].map(([id, names]) => [id, mostFrequentOf(names)])),
  }
}

const mostFrequentOf = (names: ReadonlyMap<string, number>): string => {
  const [first] = [...names].sort(([a, timesA], [b, timesB]) => timesB - timesA || byCodePoint(a, b))
  return first?.[0] ?? ''
}

/** Order by code point, where `<` compares UTF-16 units. */
const byCodePoint = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))
