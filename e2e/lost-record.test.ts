import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createKafkaClient } from '@reprise/adapters/kafka/kafka-client.ts'
import { createKafkaLog } from '@reprise/adapters/kafka/kafka-log.ts'
import { ensureTopics, physicalTopic } from '@reprise/adapters/kafka/topics.ts'
import { configurationOf } from '@reprise/core/configuration.ts'
import type { Log } from '@reprise/core/ports/log.port.ts'
import { quiet } from '@reprise/core/quiet-logger.ts'
import { apiKey } from './kafka-frames.ts'
import { createKafkaProxy, type KafkaProxy } from './tcp-proxy.ts'

const topic = 'playlist-events'
const impatient = { logger: quiet, requestTimeoutMs: 2_000 }
const tooLateMs = 3_200

type Append = (id: string) => Promise<number>

/** Appends with the broker's answers too late at first, and gives the ids whose append was acknowledged, with offsets. */
const acknowledgedBy = async (append: Append, proxy: KafkaProxy): Promise<ReadonlyMap<string, number>> => {
  const acknowledged = new Map<string, number>()
  const attempt = async (id: string) => {
    const offset = await append(id).catch(() => undefined)
    if (offset !== undefined) acknowledged.set(id, offset)
  }
  await attempt('first')
  proxy.delayAnswers(apiKey.produce, tooLateMs)
  await Promise.all(['a', 'b', 'c', 'd'].map(attempt))
  proxy.delayAnswers(apiKey.produce, 0)
  for (const id of ['e', 'f', 'g', 'h']) await attempt(id)
  return acknowledged
}

/** What stands at each offset, read past the proxy. */
const idsIn = async (log: Log, partition: number): Promise<readonly string[]> => {
  const end = (await log.endOffsets(topic))[partition] ?? 0
  const ids: string[] = []
  const { promise, resolve, reject } = Promise.withResolvers<undefined>()
  const reader = await log.read({
    topic,
    resumeAt: () => Promise.resolve(0),
    onBatch: (batch) => {
      if (batch.partition === partition) ids.push(...batch.records.map(({ eventId }) => eventId))
      if (ids.length >= end) resolve(undefined)
      return Promise.resolve()
    },
    onStopped: reject,
  })
  await promise
  await reader.close()
  return ids
}

describe('a record that was acknowledged after a time-out', () => {
  const broker = configurationOf(process.env).kafka[0] ?? ''
  const namespace = `lost_${randomBytes(4).toString('hex')}`
  let proxy: KafkaProxy
  let direct: Log
  beforeAll(async () => {
    await ensureTopics({ brokers: [broker], namespace, partitions: 2, logger: quiet })
    direct = await createKafkaLog({ brokers: [broker], namespace, logger: quiet })
    proxy = await createKafkaProxy(broker)
  })
  afterAll(async () => {
    await direct.close()
    await proxy.close()
  })

  test('is lost by kafkajs with several requests under way (were it not, the workaround could go)', async () => {
    const producer = createKafkaClient({ ...impatient, brokers: [proxy.address] }).producer({
      idempotent: true,
      maxInFlightRequests: 5,
      retry: { initialRetryTime: 50, retries: 2 },
    })
    await producer.connect()
    const append = async (id: string) => {
      const messages = [{ partition: 1, value: id, headers: { ce_id: id } }]
      const [answer] = await producer.send({ topic: physicalTopic(namespace, topic), messages, acks: -1 })
      return Number(answer?.baseOffset)
    }
    const acknowledged = await acknowledgedBy(append, proxy)
    await producer.disconnect()
    const ids = await idsIn(direct, 1)
    const lost = [...acknowledged].filter(([id, offset]) => ids[offset] !== id)
    expect(lost.length).toBeGreaterThan(0)
  }, 120_000)

  test('stands where the acknowledgement says with our appender, and nothing stands there twice', async () => {
    const log = await createKafkaLog({ ...impatient, brokers: [proxy.address], namespace })
    const appender = await log.createAppender(topic)
    const append = async (id: string) => {
      const record = { partition: 0, key: 'k', value: Buffer.from(id), headers: { ce_id: id } }
      return (await appender.append([record])).get(0) ?? -1
    }
    const acknowledged = await acknowledgedBy(append, proxy)
    await appender.close()
    await log.close()
    const ids = await idsIn(direct, 0)
    expect([...acknowledged.keys()]).toEqual(expect.arrayContaining(['first', 'e', 'f', 'g', 'h']))
    for (const [id, offset] of acknowledged) expect(ids[offset]).toBe(id)
    for (const id of acknowledged.keys()) expect(ids.filter((one) => one === id)).toHaveLength(1)
  }, 120_000)
})
