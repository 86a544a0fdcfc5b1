import type { Log } from '@reprise/core/ports/log.port.ts'
import type { Logger } from '@reprise/core/ports/logger.port.ts'
import type { EventTopic } from '@reprise/schemas/topics.ts'
import type { Following } from './follow-topic.ts'
import type { Measures } from './measures.ts'
import type { ObservedLog } from './observed-log.ts'
import { projectionStatusOf, type CacheCounts, type ProjectionStatus } from './projection-status.ts'

/** One follower, as the watch sees it. */
export type Watched = {
  readonly measures: Measures
  readonly observed: ObservedLog
  readonly following: Following
  readonly cache?: (() => CacheCounts) | undefined
}

/** Looks at how far all followers of a process are. */
export type ProgressWatch = {
  /** As of the last look, a few seconds ago at most. */
  readonly status: () => readonly ProjectionStatus[]
  /** Asks the log where it ends now; what was known before, if it doesn't answer in time. */
  readonly look: () => Promise<readonly ProjectionStatus[]>
  readonly stop: () => void
}

/** See {@link watchProgress}. */
export type WatchOptions = {
  readonly log: Pick<Log, 'endOffsets'>
  readonly logger: Logger
  readonly watched: readonly Watched[]
  /** A follower that stands still for so long, though it has something to read, is stalled. Default: a minute. */
  readonly stalledMs?: number | undefined
}

const lookMsMax = 5_000
const answerMsMax = 2_000

/**
 * The watchdog: a follower that has events to read and makes no progress is told of, and given another reader. What a
 * reader that hangs, or a write that never ends, had in hand is done again; if that doesn't help, the next one comes
 * after twice the time.
 */
export const watchProgress = ({ log, logger, watched, stalledMs = 60_000 }: WatchOptions): ProgressWatch => {
  const ends = new Map<EventTopic, readonly number[]>()
  const caughtUpAt = new Map<Watched, Map<number, number>>(watched.map((one) => [one, new Map()]))
  const patience = new Map<Watched, { readonly waitMs: number; readonly since: number }>()

  const statusOf = (one: Watched): ProjectionStatus =>
    projectionStatusOf({
      measures: one.measures,
      follower: one.following.status(),
      cache: one.cache?.(),
      readerReplacements: one.observed.replacements(),
      ends: ends.get(one.measures.of.topic) ?? [],
      caughtUpAt: caughtUpAt.get(one) ?? new Map(),
      stalledMs,
      now: Date.now(),
    })
  const status = () => watched.map(statusOf)

  const askEnds = async (): Promise<void> => {
    const topics = new Set(watched.map(({ measures }) => measures.of.topic))
    await Promise.all(
      [...topics].map(async (topic) => {
        ends.set(topic, await log.endOffsets(topic))
      }),
    )
    for (const one of watched)
      for (const { partition, lagEvents } of statusOf(one).partitions)
        if (lagEvents === 0) caughtUpAt.get(one)?.set(partition, Date.now())
  }
  const look = async () => {
    const { promise: late, resolve } = Promise.withResolvers<undefined>()
    const timer = setTimeout(() => resolve(undefined), answerMsMax)
    await Promise.race([askEnds().catch(() => undefined), late])
    clearTimeout(timer)
    return status()
  }
  const replaceStalled = async (one: Watched): Promise<void> => {
    const { state, name, reason } = statusOf(one)
    if (state !== 'stalled') {
      patience.delete(one)
      return
    }
    const { waitMs, since } = patience.get(one) ?? { waitMs: 0, since: 0 }
    if (Date.now() - since < waitMs) return
    patience.set(one, { waitMs: Math.max(stalledMs, waitMs * 2), since: Date.now() })
    logger.error({ projection: name, reason }, 'a projection makes no progress; it gets another reader')
    await one.observed.replaceReader()
  }
  const watch = async (): Promise<void> => {
    await look()
    for (const one of watched)
      await replaceStalled(one).catch((reason: unknown) =>
        logger.warn({ reason }, 'a reader could not be replaced; trying again'),
      )
  }
  const timer = setInterval(() => void watch(), Math.min(lookMsMax, stalledMs / 3))
  timer.unref()
  return { status, look, stop: () => clearInterval(timer) }
}
