import { partitionOf } from '@reprise/schemas/partition.ts'
import type { EventTopic } from '@reprise/schemas/topics.ts'
import { coalesced } from '@reprise/core/coalesced.ts'
import type { EventType } from '@reprise/core/event.ts'
import type { EventCodec } from '@reprise/core/ports/event-codec.port.ts'
import type { Log } from '@reprise/core/ports/log.port.ts'
import type { Logger } from '@reprise/core/ports/logger.port.ts'
import { type Position } from '@reprise/core/position.ts'
import { Problem } from '@reprise/core/problem.ts'
import type { Command, Outcome } from './command.ts'
import { createPartitionWriter, type PartitionWriter } from './partition-writer.ts'
import type { StreamType } from './stream-type.ts'

/** Commands of one decided topic: submit one, get its outcome from the log. */
export type CommandLog<Body, Report> = {
  readonly topic: EventTopic
  /** @throws {Problem} see {@link createPartitionWriter} */
  readonly submit: (command: Command<Body>) => Promise<Outcome<Report>>
  /** Where an outcome stands in the log. */
  readonly positionOf: (streamId: string, offset: number) => Position
  /** Why commands can't be taken now; undefined when they can. */
  readonly notReady: () => string | undefined
  readonly close: () => Promise<void>
}

/** Drives every partition of a decided topic in this process. Folds from offset 0 at the start. */
export const createCommandLog = async <State, Body, Type extends EventType, Report>(options: {
  readonly topic: EventTopic
  readonly stream: StreamType<State, Body, Type, Report>
  readonly log: Log
  readonly codec: EventCodec
  readonly logger: Logger
  readonly newEventId: () => string
  readonly waitMsMax: number
  /** After an acknowledged append that doesn't come back: how long until the log is asked. */
  readonly settleMs?: number
}): Promise<CommandLog<Body, Report>> => {
  const { topic, log, codec, logger } = options
  const endOffsets = coalesced(() => log.endOffsets(topic))
  const ends = await endOffsets()
  const appender = await log.createAppender(topic)
  const writers: readonly PartitionWriter<Body, Report>[] = ends.map((_end, partition) =>
    createPartitionWriter({
      ...options,
      partition,
      append: appender.append,
      endOffset: async () => (await endOffsets())[partition] ?? 0,
    }),
  )
  let broken: Error | undefined

  const reader = await log.read({
    topic,
    resumeAt: (partition) => Promise.resolve(writers[partition]?.nextOffset ?? 0),
    onBatch: async ({ partition, records }) => {
      await codec.learn(records.map(({ value }) => value))
      writers[partition]?.read(records)
    },
    onStopped: (reason) => {
      broken = reason
      logger.error({ topic, reason: reason.message }, 'reading back has stopped; commands are refused')
      for (const writer of writers)
        writer.stop(new Problem('not-ready', `reading back has stopped: ${reason.message}`))
    },
  })

  const behind = () =>
    writers.filter((writer, partition) => writer.nextOffset < (ends[partition] ?? 0)).length
  const notReady = () =>
    broken?.message ?? (behind() > 0 ? `${behind()} partitions of ${topic} are still being read` : undefined)

  return {
    topic,
    submit: (command) => {
      const reason = notReady()
      const writer = writers[partitionOf(command.streamId, writers.length)]
      if (reason !== undefined || writer === undefined)
        return Promise.reject(new Problem('not-ready', `${reason ?? 'no partition'}; nothing was done`))
      return writer.submit(command)
    },
    positionOf: (streamId, offset) => ({ topic, partition: partitionOf(streamId, writers.length), offset }),
    notReady,
    close: async () => {
      for (const writer of writers) writer.stop(new Problem('not-ready', 'the service is stopping'))
      await Promise.all([reader.close(), appender.close()])
    },
  }
}
