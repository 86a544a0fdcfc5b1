import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import type { Kafka } from 'kafkajs'
import { configurationOf } from '@reprise/core/configuration.ts'
import { until } from '@reprise/core/contracts/until.ts'
import type { Appender, Log, LogRecord } from '@reprise/core/ports/log.port.ts'
import { quiet } from '@reprise/core/quiet-logger.ts'
import { createKafkaClient } from './kafka-client.ts'
import { createKafkaLog } from './kafka-log.ts'
import { createKafkaReader } from './kafka-reader.ts'
import { ensureTopics, physicalTopic } from './topics.ts'

const topic = 'playlist-events'

const recordOf = (partition: number, nth: number): LogRecord => ({
  partition,
  key: 'k',
  value: Buffer.from(String(nth)),
  headers: { ce_id: `e${nth}` },
})

/** A client whose first consumer stops delivering after its first batch, without a word to anyone. */
const stalling = (kafka: Kafka, physical: string): Pick<Kafka, 'consumer'> => {
  let isFirst = true
  return {
    consumer: (config) => {
      const consumer = kafka.consumer(config)
      if (!isFirst) return consumer
      isFirst = false
      const run: typeof consumer.run = (how) =>
        consumer.run({
          ...how,
          eachBatch: async (payload) => {
            await how?.eachBatch?.(payload)
            consumer.pause([{ topic: physical }])
          },
        })
      return { ...consumer, run }
    },
  }
}

/** A client whose consumers can't be paused, as kafkajs's can't between a crash and the next join. */
const unpausable = (kafka: Kafka): Pick<Kafka, 'consumer'> => ({
  consumer: (config) => ({
    ...kafka.consumer(config),
    pause: () => {
      throw new Error('Consumer group was not initialized, consumer#run must be called first')
    },
  }),
})

describe('a reader on kafkajs', () => {
  const { kafka: brokers } = configurationOf(process.env)
  const namespace = `reader_${randomBytes(4).toString('hex')}`
  const kafka = createKafkaClient({ brokers, logger: quiet })
  let log: Log
  let appender: Appender
  beforeAll(async () => {
    await ensureTopics({ brokers, namespace, partitions: 2, logger: quiet })
    log = await createKafkaLog({ brokers, namespace, logger: quiet })
    appender = await log.createAppender(topic)
    await appender.append([recordOf(0, 0), recordOf(1, 1)])
  })
  afterAll(async () => {
    await appender.close()
    await log.close()
  })

  test('that stalls in silence is replaced, and misses nothing', async () => {
    const offsets: number[] = []
    const told: string[] = []
    const reader = await createKafkaReader({
      kafka: stalling(kafka, physicalTopic(namespace, topic)),
      namespace,
      logger: { ...quiet, warn: (_facts, message) => void told.push(message) },
      boundsOf: async (name) =>
        (await log.endOffsets(name)).map((high, partition) => ({ partition, low: 0, high })),
      reading: {
        topic,
        resumeAt: (partition) => Promise.resolve(partition === 0 ? offsets.length : 1),
        onBatch: ({ partition, records }) => {
          if (partition === 0) offsets.push(...records.map(({ offset }) => offset))
          return Promise.resolve()
        },
        onStopped: (reason) => void told.push(reason.message),
      },
      stalledMs: 3_000,
    })
    await until(() => offsets.length === 1)
    await appender.append([recordOf(0, 2), recordOf(0, 3)])
    await until(() => offsets.length === 3)
    await reader.close()
    expect(offsets).toEqual([0, 1, 2])
    expect(told).toContain('a consumer delivers nothing any more; starting another')
  })

  test('is rewound while its consumer is down, and reads from where it is told', async () => {
    const offsets: number[] = []
    const reader = await createKafkaReader({
      kafka: unpausable(kafka),
      namespace,
      logger: quiet,
      boundsOf: async (name) =>
        (await log.endOffsets(name)).map((high, partition) => ({ partition, low: 0, high })),
      reading: {
        topic,
        resumeAt: (partition) => Promise.resolve(partition === 1 ? 0 : undefined),
        onBatch: ({ records }) => {
          offsets.push(...records.map(({ offset }) => offset))
          return Promise.resolve()
        },
        onStopped: (reason) => {
          throw reason
        },
      },
    })
    await until(() => offsets.length > 0)
    offsets.length = 0
    reader.rewind()
    await until(() => offsets.length > 0)
    await reader.close()
    expect(offsets[0]).toBe(0)
  })

  test('commits nothing, so never an offset of a partition that it has lost', async () => {
    const group = 'nothing-committed'
    const assigned: (readonly number[])[] = [[], []]
    const join = (member: number) =>
      log.read({
        topic,
        group,
        resumeAt: () => Promise.resolve(0),
        onBatch: () => Promise.resolve(),
        onAssigned: (partitions) => (assigned[member] = partitions),
        onStopped: () => undefined,
      })
    const first = await join(0)
    await until(() => assigned[0]?.length === 2)
    const second = await join(1)
    await until(() => assigned[0]?.length === 1 && assigned[1]?.length === 1)
    await first.close()
    await until(() => assigned[1]?.length === 2)
    await second.close()
    const admin = kafka.admin()
    await admin.connect()
    const committed = await admin.fetchOffsets({
      groupId: `${namespace}.${group}`,
      topics: [physicalTopic(namespace, topic)],
    })
    await admin.disconnect()
    expect(committed.flatMap(({ partitions }) => partitions.map(({ offset }) => offset))).toEqual([
      '-1',
      '-1',
    ])
  })

  test('sets no timer in the past while it is idle, which kafkajs does a thousand times a second on every connection', async () => {
    const timers = jest.spyOn(globalThis, 'setTimeout')
    let count = 0
    const reader = await log.read({
      topic,
      resumeAt: () => Promise.resolve(0),
      onBatch: ({ records }) => {
        count += records.length
        return Promise.resolve()
      },
      onStopped: () => undefined,
    })
    await until(() => count >= 2)
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    await reader.close()
    expect(timers.mock.calls.filter(([, ms]) => (ms ?? 0) < 0)).toEqual([])
    timers.mockRestore()
  })
})
