/** Room for so many things at once, and so many bytes of them. Whoever finds none waits in line. */
export type Room = {
  /** Takes a place; a promise where it must be waited for. Something larger than all the room gets in alone. */
  readonly take: (bytes: number) => Promise<void> | undefined
  readonly give: (bytes: number) => void
}

/** See {@link Room}. */
export const createRoom = (max: { readonly count: number; readonly bytes: number }): Room => {
  let count = 0
  let bytes = 0
  let waiting: { readonly size: number; readonly enter: () => void }[] = []

  const fits = (size: number) => count === 0 || (count < max.count && bytes + size <= max.bytes)
  const enter = (size: number) => {
    count++
    bytes += size
  }
  return {
    take: (size) => {
      if (waiting.length === 0 && fits(size)) {
        enter(size)
        return undefined
      }
      return new Promise((resolve) => waiting.push({ size, enter: resolve }))
    },
    give: (size) => {
      count--
      bytes -= size
      let at = 0
      for (let next = waiting[at]; next !== undefined && fits(next.size); next = waiting[++at]) {
        enter(next.size)
        next.enter()
      }
      if (at > 0) waiting = waiting.slice(at)
    },
  }
}
