import './clients-as-published.ts'
import { Kafka, logLevel, type Message } from 'kafkajs'
import { v7 as uuidv7 } from 'uuid'
import { physicalTopic } from '@reprise/adapters/kafka/topics.ts'
import { createRegistryCodec } from '@reprise/adapters/registry/registry-codec.ts'
import type { EventType } from '@reprise/core/event.ts'
import { quiet } from '@reprise/core/quiet-logger.ts'
import { partitionOf } from '@reprise/schemas/partition.ts'
import { closedLoops } from './measure.ts'

/** What a bare loop is to append and read back. */
export type LoopJob = {
  readonly brokers: readonly string[]
  readonly registry: string
  readonly namespace: string
  readonly partitions: number
  readonly loops: number
  readonly seconds: number
  /** Records like these, the values in base64. */
  readonly records: readonly {
    readonly key: string
    readonly value: string
    readonly headers: Readonly<Record<string, string>>
  }[]
}

/**
 * Appends and reads back with kafkajs as it is published, as one would write it by hand: what has come goes in one send, 4 ms
 * after the last one at the earliest; every event is encoded before and decoded when it comes back.
 */
const append = async (job: LoopJob) => {
  const { brokers, registry: url, namespace, partitions } = job
  const topic = physicalTopic(namespace, 'playlist-events')
  const codec = await createRegistryCodec({ url, namespace, logger: quiet })
  const values = job.records.map(({ value }) => Buffer.from(value, 'base64'))
  await codec.learn(values)
  const like = job.records.map(({ key, headers }, at) => {
    const { type, value } = codec.decode(values[at] ?? Buffer.alloc(0))
    return { key, headers, type: type as EventType, event: value as { readonly meta: object } }
  })
  const kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING })
  const waiting = new Map<string, () => void>()
  const consumer = kafka.consumer({ groupId: `bare-loop-${Date.now()}`, maxWaitTimeInMs: 100, minBytes: 1 })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: false })
  const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve))
  await consumer.run({
    autoCommit: false,
    eachBatch: ({ batch: { messages } }) => {
      for (const { value, headers } of messages) {
        if (value) codec.decode(value)
        waiting.get(String(headers?.['ce_id']))?.()
      }
      return Promise.resolve()
    },
  })
  await joined
  await new Promise((go) => setTimeout(go, 1_000))

  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 })
  await producer.connect()
  let messages: Message[] = []
  let isSending = false
  const send = async () => {
    if (isSending || messages.length === 0) return
    isSending = true
    const now = messages
    messages = []
    await producer.send({ topic, acks: -1, messages: now })
    isSending = false
  }
  const timer = setInterval(() => void send(), 4)
  let sent = 0
  const measured = await closedLoops(job.loops, job.seconds, async () => {
    const record = like[sent++ % like.length]
    if (record === undefined) throw new Error('there are no records')
    const id = uuidv7()
    const { key, headers, type, event } = record
    const value = codec.encode('playlist-events', type, { ...event, meta: { ...event.meta, eventId: id } })
    const seen = new Promise<void>((resolve) => waiting.set(id, resolve))
    messages.push({
      key,
      partition: partitionOf(key, partitions),
      value,
      headers: { ...headers, ce_id: id },
    })
    await seen
    waiting.delete(id)
  })
  clearInterval(timer)
  await Promise.all([consumer.disconnect(), producer.disconnect()])
  return measured
}

process.once('message', (job: LoopJob) => {
  void append(job).then((measured) => process.send?.(measured, () => process.exit(0)))
})
