/** Somebody who shares a reader, as far as the others must wait for it. */
export type Sharer = {
  /** The weight of what is held for it. */
  readonly behind: () => number
  /** It does nothing but what others need: while they are behind, nobody misses what it doesn't do. */
  readonly isAwaited: boolean
  /** The others had to wait for it, so long. */
  readonly heldUp: (ms: number) => void
}

/** The room for what one reader has delivered and not everybody has taken: the same whatever their number. */
export type Room = {
  /** Resolves when there is room for so much more, in order of asking. What is too large for the room goes in alone. */
  readonly enter: (weight: number) => Promise<void>
  readonly leave: (weight: number) => void
}

const lookMs = 100

/** See {@link Room}. While it is full, those who are the furthest behind are told how long others wait for them. */
export const createRoom = (weightMax: number, sharers: () => readonly Sharer[]): Room => {
  let held = 0
  let freed = Promise.withResolvers<undefined>()
  let last: Promise<void> = Promise.resolve()

  const waitFor = async (weight: number): Promise<void> => {
    while (held > 0 && held + weight > weightMax) {
      const laggards = laggardsOf(sharers())
      const begun = performance.now()
      await within(freed.promise, lookMs)
      for (const sharer of laggards) sharer.heldUp(performance.now() - begun)
    }
    held += weight
  }
  return {
    enter: (weight) => (last = last.then(() => waitFor(weight))),
    leave: (weight) => {
      held -= weight
      freed.resolve(undefined)
      freed = Promise.withResolvers()
    },
  }
}

/** While somebody has nothing to do for whom it matters: those who are at least half as far behind as the last one. */
const laggardsOf = (sharers: readonly Sharer[]): readonly Sharer[] => {
  const behind = sharers.map((sharer) => sharer.behind())
  const most = Math.max(...behind)
  const isHeldUp = sharers.some(({ isAwaited }, at) => !isAwaited && behind[at] === 0)
  return isHeldUp ? sharers.filter((_sharer, at) => (behind[at] ?? 0) * 2 >= most) : []
}

const within = async (promise: Promise<unknown>, ms: number): Promise<void> => {
  const { promise: late, resolve } = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => resolve(undefined), ms)
  await Promise.race([promise, late])
  clearTimeout(timer)
}
