/** How work is spread. */
export type LaneOptions<T> = {
  /** What is done at the same time at most. */
  readonly inFlightMax: number
  /** What waits at most, over all lanes. */
  readonly pendingMax: number
  readonly work: (item: T) => Promise<void>
}

/**
 * Works off items, those of one lane one after the other, different lanes side by side. Bounded: `add` waits while too
 * many items wait. The first failure stops everything and is thrown by `add` and `end`.
 */
export const createLanes = <T>({ inFlightMax, pendingMax, work }: LaneOptions<T>) => {
  const lanes = new Map<string, T[]>()
  const ready: string[] = []
  const waiting: (() => void)[] = []
  let inFlight = 0
  let pending = 0
  let failure: Error | undefined

  const wake = () => waiting.splice(0).forEach((resume) => resume())
  const change = () => new Promise<void>((resume) => waiting.push(resume))

  const next = (): void => {
    while (inFlight < inFlightMax && failure === undefined) {
      const lane = ready.shift()
      const item = lane === undefined ? undefined : lanes.get(lane)?.shift()
      if (lane === undefined || item === undefined) return
      inFlight += 1
      void work(item)
        .catch((reason: unknown) => void (failure ??= reason as Error))
        .then(() => finish(lane))
    }
  }
  const finish = (lane: string) => {
    inFlight -= 1
    pending -= 1
    if ((lanes.get(lane)?.length ?? 0) > 0) ready.push(lane)
    else lanes.delete(lane)
    next()
    wake()
  }
  const throwFailure = () => {
    if (failure) throw failure
  }

  return {
    add: async (lane: string, item: T): Promise<void> => {
      while (pending >= pendingMax && failure === undefined) await change()
      throwFailure()
      pending += 1
      const queue = lanes.get(lane)
      if (queue) queue.push(item)
      else {
        lanes.set(lane, [item])
        ready.push(lane)
      }
      next()
    },
    /** Resolves when everything is done. */
    end: async (): Promise<void> => {
      while (inFlight > 0 || (pending > 0 && failure === undefined)) await change()
      throwFailure()
    },
  }
}
