import { randomUUID } from 'node:crypto'
import type { Batch, Consumer, EachBatchPayload, Kafka } from 'kafkajs'
import { topics, type TopicDefinition, type TopicName } from '@reprise/schemas/topics.ts'
import type { Logger } from '@reprise/core/ports/logger.port.ts'
import { LogBroken, type Reader, type ReaderOptions } from '@reprise/core/ports/log.port.ts'
import { createAssignment } from './kafka-assignment.ts'
import { storedRecordsOf } from './kafka-records.ts'
import { physicalTopic } from './topics.ts'

/** Where each partition of a topic begins and ends. */
export type BoundsOf = (
  topic: TopicName,
) => Promise<readonly { readonly partition: number; readonly low: number; readonly high: number }[]>

type Options = {
  readonly kafka: Kafka
  readonly namespace: string
  readonly logger: Logger
  readonly boundsOf: BoundsOf
  readonly reading: ReaderOptions
}

/** Without a group a reader is the only member of one, so no rebalance stops it. */
const groupOf = (namespace: string, group: string | undefined): string =>
  [namespace, group ?? `reader-${randomUUID()}`].filter((part) => part !== '').join('.')

/**
 * Reads a topic in order. After every join, kafkajs goes on from the group's offsets and, after OFFSET_OUT_OF_RANGE,
 * wherever it likes; so every partition is paused at a join until `resumeAt` has been asked, and a batch that does not
 * begin where it should is dropped and sought again, or stops the reader when the log has no such place.
 */
export const createKafkaReader = async (options: Options): Promise<Reader> => {
  const { kafka, reading, logger } = options
  const topic = physicalTopic(options.namespace, reading.topic)
  let consumer: Consumer
  let stopped = false

  const stop = (reason: Error) => {
    if (stopped) return
    stopped = true
    reading.onStopped(reason)
    // Not awaited: kafkajs would wait for the very batch that calls this.
    void disconnect(consumer, logger)
  }
  const assignment = createAssignment({
    reading,
    boundsOf: () => options.boundsOf(reading.topic),
    pause: (partitions) => consumer.pause([{ topic, partitions: [...partitions] }]),
    resume: (partitions) => consumer.resume([{ topic, partitions: [...partitions] }]),
    seek: (partition, offset) => consumer.seek({ topic, partition, offset: String(offset) }),
    onFailed: stop,
    logger,
  })
  const gapsAllowed = (topics[reading.topic] as TopicDefinition).config['cleanup.policy'] === 'compact'

  const eachBatch = async (payload: EachBatchPayload) => {
    const { batch } = payload
    const from = fetchedOffsetOf(batch)
    if (stopped || payload.isStale()) return
    const mine = await assignment.expects(batch.partition, from)
    if (mine === undefined) return
    const records = storedRecordsOf(batch.messages)
    const first = records[0]
    const last = records.at(-1)
    if (first === undefined || last === undefined) return
    try {
      const contiguous = first.offset === from && last.offset - first.offset === records.length - 1
      if (!contiguous && !gapsAllowed)
        throw new LogBroken(
          `${topic} partition ${batch.partition} has a gap after offset ${from}: ` +
            `records ${first.offset} to ${last.offset} are ${records.length}. Views built from it would be wrong`,
        )
      await withHeartbeats(
        () => payload.heartbeat(),
        () => reading.onBatch({ partition: batch.partition, records }),
      )
    } catch (reason) {
      stop(reason as Error)
      return
    }
    // A rewind while the batch was processed has sought elsewhere; then this end means nothing any more.
    if (payload.isStale() || !assignment.advance(batch.partition, mine, last.offset + 1)) return
    payload.resolveOffset(String(last.offset))
  }

  const start = async () => {
    consumer = kafka.consumer({
      groupId: groupOf(options.namespace, reading.group),
      minBytes: 1,
      // What is fetched and decoded at once is what a process must hold: several readers share one heap.
      maxBytesPerPartition: 1_048_576,
      maxBytes: 4_000_000,
      maxWaitTimeInMs: 250,
      sessionTimeout: 10_000,
      rebalanceTimeout: 10_000,
      heartbeatInterval: 1_000,
      allowAutoTopicCreation: false,
    })
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) =>
      assignment.assign(payload.memberAssignment[topic] ?? []),
    )
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      if (stopped || payload.restart) return
      logger.warn({ topic, reason: payload.error.message }, 'a consumer crashed; starting another')
      setTimeout(() => void restart(), 1_000)
    })
    await consumer.connect()
    await consumer.subscribe({ topic, fromBeginning: true })
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: 4,
      eachBatch,
    })
  }
  const restart = async (): Promise<void> => {
    await disconnect(consumer, logger)
    if (stopped) return
    await start().catch((reason: unknown) => {
      logger.warn({ topic, reason }, 'a consumer did not start; trying again')
      setTimeout(() => void restart(), 1_000)
    })
  }

  await start()
  return {
    rewind: () => assignment.again(),
    close: async () => {
      stopped = true
      assignment.close()
      await disconnect(consumer, logger)
    },
  }
}

/** kafkajs keeps the offset that was asked for, but leaves it out of its types. */
const fetchedOffsetOf = (batch: Batch): number =>
  Number((batch as Batch & { fetchedOffset: string }).fetchedOffset)

const disconnect = (consumer: Consumer, logger: Logger): Promise<void> =>
  consumer.disconnect().catch((reason: unknown) => logger.debug({ reason }, 'disconnecting a consumer'))

/** Keeps the membership while a batch takes long; a rebalance is noticed by kafkajs after the batch. */
const withHeartbeats = async (heartbeat: () => Promise<void>, work: () => Promise<void>): Promise<void> => {
  const timer = setInterval(() => void heartbeat().catch(() => undefined), 1_000)
  try {
    await work()
  } finally {
    clearInterval(timer)
  }
}
