import { Problem } from '@reprise/core/problem.ts'

/** A command whose answer appends nothing. */
export type Fenced = {
  /** The answer is final once the reader has come this far; undefined before the log's end was asked. */
  fence: number | undefined
  /** How often it was asked; the last answer counts. */
  fenceAsks: number
}

/**
 * Law 4: an answer that appends nothing holds only as of a history that reaches the log's end as it stood after the
 * request came. Else a process that was overtaken could refuse what was long allowed.
 */
export const createFences = <Entry extends Fenced>(options: {
  /** The partition's end, from a question that was begun after the call. */
  readonly endOffset: () => Promise<number>
  /** All below it was read. */
  readonly nextOffset: () => number
  /** Whether the log itself has shown that the answer is final. */
  readonly isProven: (entry: Entry) => boolean
  /** This one may be answered. */
  readonly onPassed: (entry: Entry) => void
  readonly onFailed: (entry: Entry, reason: Problem) => void
}) => {
  const { endOffset, nextOffset, isProven, onPassed, onFailed } = options
  let waiting: Entry[] = []
  const isPassed = (entry: Entry): boolean =>
    isProven(entry) || (entry.fence !== undefined && nextOffset() >= entry.fence)

  const release = (): void => {
    if (!waiting.some(isPassed)) return
    const passed = waiting.filter(isPassed)
    waiting = waiting.filter((entry) => !isPassed(entry))
    for (const entry of passed) onPassed(entry)
  }
  const ask = async (entry: Entry): Promise<void> => {
    const mine = ++entry.fenceAsks
    try {
      const end = await endOffset()
      if (mine !== entry.fenceAsks) return
      entry.fence = end
      release()
    } catch (cause) {
      if (mine !== entry.fenceAsks) return
      onFailed(entry, new Problem('not-ready', 'the log does not answer; nothing was done', { cause }))
    }
  }
  return {
    isPassed,
    /** Asks for the fence of an entry that may need one. */
    ask: (entry: Entry): void => {
      if (entry.fenceAsks === 0) void ask(entry)
    },
    /** Asks again, since somebody else came to wait for the same answer. */
    renew: (entry: Entry): void => {
      if (entry.fenceAsks === 0) return
      entry.fence = undefined
      void ask(entry)
    },
    /** Holds an entry until its fence is passed. */
    hold: (entry: Entry): void => {
      waiting.push(entry)
      if (entry.fenceAsks === 0) void ask(entry)
    },
    /** To be called after reading. */
    release,
    /** Holds none any more, and gives those that it held. */
    giveUp: (): readonly Entry[] => {
      const held = waiting
      waiting = []
      return held
    },
  }
}
