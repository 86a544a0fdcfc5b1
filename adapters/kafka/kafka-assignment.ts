import type { Logger } from '@reprise/core/ports/logger.port.ts'
import { LogBroken, nothingToReadAt, type ReaderOptions } from '@reprise/core/ports/log.port.ts'

type Bounds = readonly { readonly partition: number; readonly low: number; readonly high: number }[]

type Options = {
  readonly reading: ReaderOptions
  readonly boundsOf: () => Promise<Bounds>
  readonly pause: (partitions: readonly number[]) => void
  readonly resume: (partitions: readonly number[]) => void
  readonly seek: (partition: number, offset: number) => void
  readonly onFailed: (reason: Error) => void
  readonly logger: Logger
}

/** How often a batch may begin elsewhere before the log is asked whether the place still exists. */
const strayBatchesMax = 3

/**
 * Which partitions a reader has, and the offset at which each one's next batch must begin. A new assignment voids
 * the old one; nothing is delivered of a partition before its `resumeAt` has answered.
 */
export const createAssignment = (options: Options) => {
  const { reading, logger } = options
  let generation = 0
  let partitions: readonly number[] = []
  let closed = false
  const next = new Map<number, number>()
  const strays = new Map<number, number>()

  const assign = (assigned: readonly number[]) => {
    if (closed) {
      options.pause(assigned)
      return
    }
    const mine = ++generation
    partitions = assigned
    next.clear()
    strays.clear()
    if (assigned.length === 0) {
      reading.onAssigned?.([])
      return
    }
    options.pause(assigned)
    void settle(mine)
  }
  const settle = async (mine: number): Promise<void> => {
    try {
      const [bounds, offsets] = await Promise.all([
        options.boundsOf(),
        Promise.all(partitions.map((partition) => reading.resumeAt(partition))),
      ])
      if (mine !== generation) return
      const wanted = partitions.flatMap((partition, at) => {
        const offset = offsets[at]
        return offset === undefined ? [] : [{ partition, offset }]
      })
      for (const { partition, offset } of wanted) {
        checkBounds(reading.topic, bounds, partition, offset)
        next.set(partition, offset)
        options.seek(partition, offset)
      }
      reading.onAssigned?.(partitions)
      options.resume(wanted.map(({ partition }) => partition))
    } catch (reason) {
      if (mine !== generation) return
      if (reason instanceof LogBroken) {
        options.onFailed(reason)
        return
      }
      logger.warn(
        { topic: reading.topic, reason: String(reason) },
        'could not learn where to read on; trying again',
      )
      setTimeout(() => mine === generation && void settle(mine), 500)
    }
  }
  /** The assignment that a batch belongs to, if it begins where it should. If not, the right place is sought. */
  const expects = async (partition: number, from: number): Promise<number | undefined> => {
    const expected = next.get(partition)
    if (expected === undefined) return undefined
    if (expected === from) {
      strays.delete(partition)
      return generation
    }
    const count = (strays.get(partition) ?? 0) + 1
    strays.set(partition, count)
    const bounds = count > strayBatchesMax ? await options.boundsOf() : undefined
    if (next.get(partition) !== expected) return undefined
    try {
      if (bounds !== undefined) checkBounds(reading.topic, bounds, partition, expected)
      options.seek(partition, expected)
    } catch (reason) {
      // Thrown to kafkajs it would be one more crash to come back from.
      if (!(reason instanceof LogBroken)) throw reason
      options.onFailed(reason)
    }
    return undefined
  }
  /** Moves on after a batch; false when the partition was assigned anew since. */
  const advance = (partition: number, assignment: number, to: number): boolean => {
    if (assignment !== generation) return false
    next.set(partition, to)
    return true
  }
  /** Voids the assignment for good: nothing is asked any more, and what is still to be assigned is paused. */
  const close = () => {
    closed = true
    generation++
    next.clear()
  }
  return {
    assign,
    again: () => assign(partitions),
    expects,
    advance,
    /** Where each partition goes on, as far as that is known. */
    expected: (): ReadonlyMap<number, number> => next,
    close,
  }
}

const checkBounds = (topic: string, bounds: Bounds, partition: number, offset: number): void => {
  const found = bounds.find((entry) => entry.partition === partition)
  if (found && found.low <= offset && offset <= found.high) return
  throw nothingToReadAt(topic, partition, `holds offsets ${found?.low} to ${found?.high}`, offset)
}
