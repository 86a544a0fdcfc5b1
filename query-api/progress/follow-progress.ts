import type { ProjectionProgress } from '@reprise/schemas/generated/events.ts'
import type { EventCodec } from '@reprise/core/ports/event-codec.port.ts'
import type { Log, LogBatch, Reader } from '@reprise/core/ports/log.port.ts'
import type { Logger } from '@reprise/core/ports/logger.port.ts'

/** A running reader of `projection-progress`. */
export type FollowingProgress = {
  /** Undefined once everything has been read that was published before the start. */
  readonly notReady: () => string | undefined
  readonly close: () => Promise<void>
}

type FollowOptions = {
  readonly log: Log
  readonly codec: EventCodec
  readonly logger: Logger
  readonly observe: (progress: ProjectionProgress) => void
}

const topic = 'projection-progress'
const againMs = 1_000

/** Reads what projectors have published, from the beginning, for ever. Begins again if reading stops. */
export const followProgress = async (options: FollowOptions): Promise<FollowingProgress> => {
  const { log, logger } = options
  let unread = (await log.endOffsets(topic)).map((end, partition) => ({ end, partition }))
  let reader: Reader | undefined
  let again: NodeJS.Timeout | undefined
  let stopped: string | undefined
  let isClosed = false

  const read = async (): Promise<void> => {
    reader = await log.read({
      topic,
      resumeAt: () => Promise.resolve(0),
      onBatch: async (batch) => {
        await observeBatch(batch, options)
        const next = (batch.records.at(-1)?.offset ?? -1) + 1
        unread = unread.filter(({ end, partition }) => partition !== batch.partition || next < end)
      },
      onStopped: (reason) => {
        logger.error({ error: reason }, 'reading the progress of projections stopped; beginning again')
        stopped = `the progress of projections can't be read: ${reason.message}`
        beginAgain()
      },
    })
    stopped = undefined
  }
  const beginAgain = (): void => {
    if (isClosed) return
    again = setTimeout(() => {
      void Promise.resolve(reader?.close())
        .then(read)
        .catch((reason: unknown) => {
          logger.error({ error: reason }, 'the progress of projections can not be read yet')
          beginAgain()
        })
    }, againMs)
  }

  unread = unread.filter(({ end }) => end > 0)
  await read()
  return {
    notReady: () => stopped ?? (unread.length > 0 ? 'reading how far the projections are' : undefined),
    close: async () => {
      isClosed = true
      clearTimeout(again)
      await reader?.close()
    },
  }
}

const observeBatch = async ({ records }: LogBatch, { codec, logger, observe }: FollowOptions) => {
  await codec.learn(records.map(({ value }) => value))
  for (const { value, offset } of records) {
    try {
      observe(codec.decode(value).value as ProjectionProgress)
    } catch (error) {
      logger.warn({ error, topic, offset }, 'a record of progress can not be read; passing it over')
    }
  }
}
