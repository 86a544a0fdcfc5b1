/**
 * So many partitions are read side by side while they are so far behind, each for so many records: two that are read to their
 * ends need what is remembered of two, and are done sooner than if all waited for each other.
 */
const atOnceMax = 2
const farBehind = 5_000
const turnRecords = 1_000_000

type Options = {
  readonly pause: (partition: number) => void
  readonly resume: (partition: number) => void
}

/**
 * Far behind, a few partitions are read at a time, each for a turn, while the others wait: who reads keeps something for
 * every partition that it is in the middle of. kafkajs takes them in random order, a megabyte of each. Those that are not
 * far behind are always read.
 */
export const createPartitionTurns = ({ pause, resume }: Options) => {
  /** The far ones, with what was read of each in its turn. */
  const reading = new Map<number, number>()
  const waiting: number[] = []

  const wait = (partition: number) => {
    reading.delete(partition)
    // What was fetched before it was paused may come afterwards, and gives it no second place.
    if (!waiting.includes(partition)) waiting.push(partition)
    pause(partition)
  }
  const fill = () => {
    while (reading.size < atOnceMax) {
      const next = waiting.shift()
      if (next === undefined) return
      reading.set(next, 0)
      resume(next)
    }
  }
  return {
    /** So many records of a partition were handled, and so many stood behind them. */
    handled: (partition: number, records: number, behind: number) => {
      const before = reading.get(partition)
      if (behind < farBehind) reading.delete(partition)
      else if (before === undefined && reading.size >= atOnceMax) wait(partition)
      else if ((before ?? 0) + records >= turnRecords && waiting.length > 0) wait(partition)
      else reading.set(partition, (before ?? 0) + records)
      fill()
    },
    /** Whether a partition waits for its turn. */
    isWaiting: (partition: number): boolean => waiting.includes(partition),
    /** All partitions are paused or resumed by somebody else now. */
    reset: () => {
      reading.clear()
      waiting.length = 0
    },
  }
}
