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

/** Publishes on `projection-progress`. A failed append is tried again with what is newest then. */
export const createProgress = (appender: Appender, codec: EventCodec, logger: Logger): Progress => {
  const waiting = new Map<string, ProjectionProgress>()
  let publishing: Promise<void> | undefined
  let closing = false

  const append = async (): Promise<void> => {
    const batch = [...waiting]
    waiting.clear()
    try {
      await appender.append(batch.map(([key, progress]) => recordOf(key, progress, codec)))
    } catch (error) {
      logger.warn({ reason: (error as Error).message }, 'progress could not be published; trying again')
      for (const [key, progress] of batch) if (!waiting.has(key)) waiting.set(key, progress)
      if (!closing) await pause(retryMs)
    }
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
      waiting.set(keyOf(progress), progress)
      publishing ??= run()
    },
    close: async () => {
      closing = true
      await publishing
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
