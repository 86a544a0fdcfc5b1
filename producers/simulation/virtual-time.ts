/** Whose code runs: a process may be paused (everything of it waits) or dead (nothing of it ever runs again). */
export type Owner = { readonly name: string; state: 'running' | 'paused' | 'dead' }

/** Something that will happen, unless it is cancelled. */
export type Due = {
  at: number
  readonly order: number
  readonly owner: Owner | undefined
  readonly run: () => void
  isCancelled: boolean
}

const clocks = {
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  setInterval: globalThis.setInterval,
  clearInterval: globalThis.clearInterval,
  setImmediate: globalThis.setImmediate,
  clearImmediate: globalThis.clearImmediate,
}
const dateNow = Date.now
const performanceNow = performance.now.bind(performance)
/** Captured before any clock is replaced: it lets every microtask run. */
const nextTurn = globalThis.setImmediate

/** A moment of the simulation, milliseconds since 1970: well after any fixed date in the code. */
const epoch = Date.UTC(2030, 0, 1)

/**
 * The simulation's time: everything that happens is an entry of one queue, in the order of its time, so a seed makes
 * the same run on every machine. Timers that code sets belong to the process whose entry is running, and to nobody
 * after it was killed. While `run` goes on, the global timers and
 * clocks are those of the simulation.
 */
export const createVirtualTime = () => {
  let now = epoch
  let orders = 0
  let current: Owner | undefined
  const queue: Due[] = []
  const held = new Map<Owner, Due[]>()

  const put = (due: Due): void => {
    let from = 0
    for (let to = queue.length; from < to;) {
      const middle = (from + to) >> 1
      const other = queue[middle] as Due
      if (other.at < due.at || (other.at === due.at && other.order < due.order)) from = middle + 1
      else to = middle
    }
    queue.splice(from, 0, due)
  }
  const after = (ms: number, owner: Owner | undefined, run: () => void): Due => {
    const due: Due = { at: now + Math.max(0, ms), order: orders++, owner, run, isCancelled: false }
    put(due)
    return due
  }
  const step = async (due: Due): Promise<void> => {
    const { owner } = due
    if (due.isCancelled || owner?.state === 'dead') return
    if (owner?.state === 'paused') {
      held.set(owner, [...(held.get(owner) ?? []), due])
      return
    }
    current = owner
    due.run()
    await new Promise<void>((resolve) => nextTurn(resolve))
    current = undefined
  }

  return {
    /** Milliseconds since the simulation began. */
    get now() {
      return now - epoch
    },
    after,
    /** Lets a paused process go on: what was due meanwhile happens at once, in its order. */
    resume: (owner: Owner): void => {
      owner.state = 'running'
      for (const due of held.get(owner) ?? []) put(Object.assign(due, { at: now }))
      held.delete(owner)
    },
    /** Runs until nothing is left to do before that time (since the beginning), or `isOver` says so. */
    run: async (untilMs: number, isOver: () => boolean = () => false): Promise<void> => {
      replaceClocks(
        after,
        () => current,
        () => now,
      )
      try {
        for (let due = queue[0]; due && due.at <= epoch + untilMs && !isOver(); due = queue[0]) {
          queue.shift()
          now = Math.max(now, due.at)
          await step(due)
        }
        if (!isOver()) now = Math.max(now, epoch + untilMs)
      } finally {
        Object.assign(globalThis, clocks)
        Date.now = dateNow
        performance.now = performanceNow
      }
    },
  }
}

/** See {@link createVirtualTime}. */
export type VirtualTime = ReturnType<typeof createVirtualTime>

const replaceClocks = (
  after: (ms: number, owner: Owner | undefined, run: () => void) => Due,
  ownerNow: () => Owner | undefined,
  now: () => number,
): void => {
  const timer = (run: () => void, ms = 0, repeats = false) => {
    const owner = ownerNow()
    let due = after(ms, owner, fire)
    function fire() {
      if (repeats) due = after(Math.max(1, ms), owner, fire)
      run()
    }
    const handle = {
      cancel: () => void (due.isCancelled = true),
      refresh: () => {
        due.isCancelled = true
        due = after(ms, owner, fire)
        return handle
      },
      ref: () => handle,
      unref: () => handle,
      hasRef: () => true,
    }
    return handle
  }
  const clear = (handle?: { cancel: () => void }) => handle?.cancel()
  Object.assign(globalThis, {
    setTimeout: (run: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) =>
      timer(() => run(...args), ms),
    setInterval: (run: () => void, ms?: number) => timer(run, ms, true),
    setImmediate: (run: (...args: unknown[]) => void, ...args: unknown[]) => timer(() => run(...args)),
    clearTimeout: clear,
    clearInterval: clear,
    clearImmediate: clear,
  })
  Date.now = now
  performance.now = () => now() - epoch
}
