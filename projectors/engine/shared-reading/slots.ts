/** Lets so much work be under way at once; the rest waits in order. */
export const createSlots = (count: number) => {
  const waiting: (() => void)[] = []
  let free = count
  return {
    in: async <T>(work: () => Promise<T>): Promise<T> => {
      if (free > 0) free--
      else await new Promise<void>((go) => waiting.push(go))
      try {
        return await work()
      } finally {
        const next = waiting.shift()
        if (next) next()
        else free++
      }
    },
  }
}
