import { setTimeout as pause } from 'node:timers/promises'
import { createInFlight } from '@reprise/core/in-flight.ts'
import {
  LogBroken,
  nothingToReadAt,
  type Log,
  type LogBatch,
  type ReaderOptions,
} from '@reprise/core/ports/log.port.ts'
import type { Logger } from '@reprise/core/ports/logger.port.ts'
import { createReadingApart } from './reading-apart.ts'
import type { Sharer } from './room.ts'
import { createSeat, type Seat } from './seat.ts'
import type { Window } from './window.ts'

/** One of those who share the reader of a topic. Whatever happens to it concerns it alone. */
export type Subscription = Sharer & {
  /** Its partitions are given out anew: where does it go on in this one? */
  readonly ask: (partition: number) => Promise<number | undefined>
  /** These are its partitions now. Goes on in each where it answered, or is asked if it was not. */
  readonly begin: (partitions: readonly number[]) => void
  readonly rewind: () => void
  /** Whether the others' reader holds records for it, or will. */
  readonly isSharing: () => boolean
  /** Ends it, and tells it why. */
  readonly stop: (reason: Error) => void
  /** Resolves when nothing is in its hands any more. */
  readonly close: () => Promise<void>
}

/** See {@link createSubscription}. */
export type SubscriptionOptions = {
  readonly log: Log
  readonly logger: Logger
  readonly reading: ReaderOptions
  readonly windowOf: (partition: number) => Window | undefined
  /** Whether the one reader is trusted. */
  readonly mayShare: () => boolean
  /** Others can't go on without it. */
  readonly isAwaited: boolean
  /** So long it may hold up others in all, until they part. */
  readonly patienceMs: number
  /** Told when it has ended, for whatever reason. */
  readonly onEnded: () => void
}

/** So many partitions are in a subscriber's hands at once. */
const partitionsAtOnce = 4
const againMs = 500

/** See {@link Subscription}. */
export const createSubscription = (options: SubscriptionOptions): Subscription => {
  const { log, logger, reading, windowOf, mayShare, isAwaited, patienceMs, onEnded } = options
  const { topic, group } = reading
  const asked = new Map<number, Promise<number | undefined>>()
  const seats = new Map<number, Seat>()
  const inFlight = createInFlight({ max: partitionsAtOnce })
  let assigned: readonly number[] | undefined
  let generation = 0
  let heldUpMs = 0
  let hasEnded = false

  const endSeats = () => {
    for (const seat of seats.values()) seat.end()
  }
  const end = () => {
    hasEnded = true
    generation++
    endSeats()
    onEnded()
  }
  const stop = (reason: Error) => {
    if (hasEnded) return
    end()
    void apart.close()
    reading.onStopped(reason)
  }
  const apart = createReadingApart({ log, logger, topic, onStopped: stop })

  const answerOf = (partition: number): Promise<number | undefined> => {
    const answer = asked.get(partition) ?? reading.resumeAt(partition)
    asked.delete(partition)
    return answer
  }
  const begin = async (partitions: readonly number[]): Promise<void> => {
    const mine = ++generation
    assigned = partitions
    endSeats()
    try {
      const offsets = await Promise.all(partitions.map(answerOf))
      // Asked for afterwards: an answer may take long, and name what was appended meanwhile.
      const ends = await log.endOffsets(topic)
      if (mine !== generation) return
      for (const [at, partition] of partitions.entries()) checkEnd(topic, partition, offsets[at], ends)
      reading.onAssigned?.(partitions)
      for (const [at, partition] of partitions.entries()) sit(partition, offsets[at])
    } catch (reason) {
      if (mine === generation) await beginAgain(mine, partitions, reason as Error)
    }
  }
  const beginAgain = async (mine: number, partitions: readonly number[], reason: Error): Promise<void> => {
    if (reason instanceof LogBroken) {
      stop(reason)
      return
    }
    logger.warn({ topic, group, reason: reason.message }, 'could not learn where to read on; trying again')
    await pause(againMs)
    if (mine === generation) await begin(partitions)
  }
  const sit = (partition: number, from: number | undefined) => {
    const window = windowOf(partition)
    if (from === undefined || window === undefined) return
    const after = seats.get(partition)?.ended ?? Promise.resolve()
    const deliver = (batch: LogBatch) => inFlight(() => reading.onBatch(batch))
    const seat = createSeat({ partition, from, after, window, apart, mayShare, deliver })
    seat.ended.catch(stop)
    seats.set(partition, seat)
  }
  const held = () => [...seats.values()].flatMap((seat) => seat.behind() ?? [])

  return {
    ask: (partition) => {
      generation++
      assigned = undefined
      seats.get(partition)?.end()
      const answer = reading.resumeAt(partition)
      // Whoever waits for it is told too.
      answer.catch(() => undefined)
      asked.set(partition, answer)
      return answer
    },
    begin: (partitions) => void begin(partitions),
    rewind: () => {
      asked.clear()
      if (assigned) void begin(assigned)
    },
    isSharing: () => held().length > 0,
    isAwaited,
    behind: () => held().reduce((sum, weight) => sum + weight, 0),
    heldUp: (ms) => {
      heldUpMs += ms
      if (isAwaited || heldUpMs < patienceMs) return
      heldUpMs = 0
      logger.info({ topic, group }, 'is slower than those who read with it, and reads apart')
      for (const seat of seats.values()) seat.part()
    },
    stop,
    close: async () => {
      if (!hasEnded) end()
      await Promise.allSettled([...seats.values()].map(({ ended }) => ended))
      await apart.close()
    },
  }
}

const checkEnd = (
  topic: string,
  partition: number,
  offset: number | undefined,
  ends: readonly number[],
): void => {
  if (offset === undefined || offset <= (ends[partition] ?? 0)) return
  throw nothingToReadAt(topic, partition, `ends at ${ends[partition]}`, offset)
}
