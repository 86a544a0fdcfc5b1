import { randomUUID } from 'node:crypto'
import type { Batch, Consumer, EachBatchPayload, Kafka } from 'kafkajs'
import { topics, type TopicDefinition, type TopicName } from '@reprise/schemas/topics.ts'
import type { Logger } from '@reprise/core/ports/logger.port.ts'
import { LogBroken, type Reader, type ReaderOptions } from '@reprise/core/ports/log.port.ts'
import { disconnect } from './connecting.ts'
import { createAssignment } from './kafka-assignment.ts'
import { storedRecordsOf } from './kafka-records.ts'
import { createPartitionTurns } from './partition-turns.ts'
import { createStallWatch } from './stall-watch.ts'
import { physicalTopic } from './topics.ts'

/** Where each partition of a topic begins and ends. */
export type BoundsOf = (
  topic: TopicName,
) => Promise<readonly { readonly partition: number; readonly low: number; readonly high: number }[]>

type Options = {
  readonly kafka: Pick<Kafka, 'consumer'>
  readonly namespace: string
  readonly logger: Logger
  readonly boundsOf: BoundsOf
  readonly reading: ReaderOptions
  /** A consumer that delivers nothing for so long, though the log goes on, is replaced. Default: 30 s. */
  readonly stalledMs?: number
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
  let starting: Promise<void>
  let stopped = false
  const inHand = new Set<Promise<void>>()
  let isRestarting = false

  const stop = (reason: Error) => {
    if (stopped) return
    end()
    reading.onStopped(reason)
    // Not awaited: kafkajs would wait for the very batch that calls this.
    void leave()
  }
  const end = () => {
    stopped = true
    watch.stop()
    assignment.close()
  }
  /** A consumer that is told to disconnect while it joins, joins all the same and does not leave, so its start is waited for. */
  const leave = (): Promise<void> => {
    const [mine, started] = [consumer, starting]
    const startedAndLeft = async () => {
      await started.catch(() => undefined)
      await mine.disconnect()
    }
    return disconnect({ disconnect: startedAndLeft }, logger)
  }
  const pause = (partitions: readonly number[]) => {
    try {
      consumer.pause([{ topic, partitions: [...partitions] }])
    } catch (reason) {
      // Between a crash and the next join there is nothing to pause; the join asks for everything anew.
      logger.debug({ topic, reason: String(reason) }, 'a consumer that does not run is not paused')
    }
  }
  const resume = (partitions: readonly number[]) => consumer.resume([{ topic, partitions: [...partitions] }])
  const turns = createPartitionTurns({
    pause: (partition) => pause([partition]),
    resume: (partition) => resume([partition]),
  })
  const assignment = createAssignment({
    reading,
    boundsOf: () => options.boundsOf(reading.topic),
    pause: (partitions) => {
      turns.reset()
      pause(partitions)
    },
    resume,
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
    const behind = endOf(batch) - 1 - last.offset
    try {
      const contiguous = first.offset === from && last.offset - first.offset === records.length - 1
      if (!contiguous && !gapsAllowed)
        throw new LogBroken(
          `${topic} partition ${batch.partition} has a gap after offset ${from}: ` +
            `records ${first.offset} to ${last.offset} are ${records.length}. Views built from it would be wrong`,
        )
      const work = withHeartbeats(
        () => payload.heartbeat(),
        () => reading.onBatch({ partition: batch.partition, records, behind }),
      )
      inHand.add(work)
      await work.finally(() => inHand.delete(work))
    } catch (reason) {
      stop(reason as Error)
      return
    }
    // A rewind while the batch was processed has sought elsewhere; then this end means nothing any more.
    if (payload.isStale() || !assignment.advance(batch.partition, mine, last.offset + 1)) return
    payload.resolveOffset(String(last.offset))
    if (reading.inTurns === true) turns.handled(batch.partition, records.length, behind)
  }

  const start = () => {
    const mine = kafka.consumer({
      groupId: groupOf(options.namespace, reading.group),
      minBytes: 1,
      // What is fetched and decoded at once is what a process must hold: several readers share one heap.
      maxBytesPerPartition: 262_144,
      maxBytes: 1_000_000,
      maxWaitTimeInMs: 250,
      sessionTimeout: 10_000,
      rebalanceTimeout: 10_000,
      heartbeatInterval: 1_000,
      allowAutoTopicCreation: false,
      // A consumer that restarts by itself may do so after it was closed.
      retry: { retries: 5, restartOnFailure: () => Promise.resolve(false) },
    })
    // A consumer that was replaced may wake up again; nothing of it counts any more.
    consumer = mine
    mine.on(mine.events.GROUP_JOIN, ({ payload }) => {
      if (mine === consumer) assignment.assign(payload.memberAssignment[topic] ?? [])
    })
    mine.on(mine.events.CRASH, ({ payload }) => {
      if (stopped || mine !== consumer) return
      logger.warn({ topic, reason: payload.error.message }, 'a consumer crashed; starting another')
      setTimeout(() => {
        if (!stopped) void restart()
      }, againMs)
    })
    starting = join(mine)
    return starting
  }
  const join = async (mine: Consumer): Promise<void> => {
    try {
      await mine.connect()
      await mine.subscribe({ topic, fromBeginning: true })
      if (stopped) return
      await mine.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: 4,
        eachBatch: (payload) => (mine === consumer ? eachBatch(payload) : Promise.resolve()),
      })
    } catch (reason) {
      await disconnect(mine, logger)
      throw reason
    }
  }
  const restart = async (): Promise<void> => {
    if (isRestarting) return
    isRestarting = true
    await leave()
    while (!stopped && !(await isStarted())) await sleep(againMs)
    isRestarting = false
    if (stopped) await leave()
  }
  const isStarted = () =>
    start().then(
      () => true,
      (reason: unknown) => {
        logger.warn({ topic, reason }, 'a consumer did not start; trying again')
        return false
      },
    )
  const watch = createStallWatch({
    expected: () => new Map([...assignment.expected()].filter(([partition]) => !turns.isWaiting(partition))),
    ends: () => options.boundsOf(reading.topic),
    isBusy: () => inHand.size > 0,
    onStalled: (partitions) => {
      if (stopped) return
      logger.warn({ topic, partitions }, 'a consumer delivers nothing any more; starting another')
      assignment.assign([])
      void restart()
    },
    stalledMs: options.stalledMs ?? 30_000,
  })

  await start().catch((reason: unknown) => {
    end()
    throw reason
  })
  return {
    rewind: () => assignment.again(),
    close: async () => {
      end()
      await leave()
      // It is kafkajs that is left to itself, not who has a batch in hand.
      await Promise.allSettled(inHand)
    },
  }
}

const againMs = 1_000
const sleep = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms).unref())

/** kafkajs keeps the offset that was asked for, but leaves it out of its types. */
const fetchedOffsetOf = (batch: Batch): number =>
  Number((batch as Batch & { fetchedOffset: string }).fetchedOffset)

/** The offset of the next record that the partition will get, as it was when this was fetched. */
const endOf = (batch: Batch): number => Number(batch.highWatermark)

/** Keeps the membership while a batch takes long; a rebalance is noticed by kafkajs after the batch. */
const withHeartbeats = async (heartbeat: () => Promise<void>, work: () => Promise<void>): Promise<void> => {
  const timer = setInterval(() => void heartbeat().catch(() => undefined), 1_000)
  try {
    await work()
  } finally {
    clearInterval(timer)
  }
}
