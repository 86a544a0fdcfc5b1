import { setTimeout as pause } from 'node:timers/promises'
import type { ProjectionProgress } from '@reprise/schemas/generated/events.ts'
import { partitionOf } from '@reprise/schemas/partition.ts'
import { topics } from '@reprise/schemas/topics.ts'
import type { EventCodec } from '@reprise/core/ports/event-codec.port.ts'
import type { Appender } from '@reprise/core/ports/log.port.ts'
import type { Logger } from '@reprise/core/ports/logger.port.ts'

/** Tells everyone how far projections are (law 8). */
export type Progress = {
  /** At most one record per projection and partition goes out in ten milliseconds: the newest. */
  readonly publish: (progress: ProjectionProgress) => void
  /** Publishes what is left, if the log takes it. */
  readonly close: () => Promise<void>
}

const pauseMs = 10
const retryMs = 500

/**
 * Publishes on `projection-progress`. What the log refuses is tried again with what is newest then, and holds up nobody
 * else's.
 */
export const createProgress = (
  appender: Pick<Appender, 'append' | 'close'>,
  codec: EventCodec,
  logger: Logger,
): Progress => {
  const waiting = new Map<string, ProjectionProgress>()
  const refused = new Map<string, ProjectionProgress>()
  let publishing: Promise<void> | undefined
  let retry: NodeJS.Timeout | undefined
  let closing = false

  /** One call each: the records of one call go in one request, and together they may be too large. */
  const appendOne = async (key: string, progress: ProjectionProgress): Promise<void> => {
    await appender.append([recordOf(key, progress, codec)])
  }
  const append = async (): Promise<void> => {
    const batch = [...waiting]
    waiting.clear()
    const reasons: Error[] = []
    const refuse = (key: string, progress: ProjectionProgress, reason: Error) => {
      reasons.push(reason)
      refused.set(key, waiting.get(key) ?? progress)
      waiting.delete(key)
    }
    await Promise.all(
      batch.map(([key, progress]) =>
        appendOne(key, progress).catch((reason: unknown) => refuse(key, progress, reason as Error)),
      ),
    )
    if (reasons.length === 0) return
    logger.warn(
      { reason: reasons[0]?.message, refused: reasons.length },
      'progress could not be published; trying again',
    )
    if (!closing) retry ??= setTimeout(again, retryMs)
  }
  const again = () => {
    retry = undefined
    for (const [key, progress] of refused) waiting.set(key, progress)
    refused.clear()
    publishing ??= run()
  }
  const run = async (): Promise<void> => {
    do {
      await append()
      await pause(pauseMs)
    } while (waiting.size > 0 && !closing)
    publishing = undefined
  }

  return {
    publish: (progress) => {
      const key = keyOf(progress)
      const queue = refused.has(key) ? refused : waiting
      queue.set(key, progress)
      publishing ??= run()
    },
    close: async () => {
      closing = true
      await publishing
      clearTimeout(retry)
      for (const [key, progress] of refused) waiting.set(key, progress)
      if (waiting.size > 0) await append()
      await appender.close()
    },
  }
}

const keyOf = ({ projection, version, partition }: ProjectionProgress) =>
  `${projection}/${version}/${partition}`

const recordOf = (key: string, progress: ProjectionProgress, codec: EventCodec) => ({
  partition: partitionOf(key, topics['projection-progress'].partitions),
  key,
  value: codec.encode('projection-progress', 'ProjectionProgress', progress),
  headers: {},
})
