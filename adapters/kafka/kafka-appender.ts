import type { Kafka, Message, Producer } from 'kafkajs'
import { nextTurn } from '@reprise/core/next-turn.ts'
import { type Appender, logBatchBytesMax, logBytesOf, type LogRecord } from '@reprise/core/ports/log.port.ts'
import type { Logger } from '@reprise/core/ports/logger.port.ts'
import { connect, disconnect } from './connecting.ts'

/** kafkajs copies a partition's records once for each of them. */
const partitionRecordsMax = 2_000
const requestBytesMax = 8_000_000

/**
 * How long after a request's beginning the next one may begin. More records share what a request costs here, at the broker,
 * and once more for everybody who reads; where one comes after the other, none waits. Where requests carry dozens, their
 * price is shared already, and waiting longer is only waiting.
 */
const paceMsOf = (records: number): number => (records < 2 ? 0 : records < 16 ? 8 : 4)

type Call = {
  readonly records: readonly LogRecord[]
  readonly resolve: (first: ReadonlyMap<number, number>) => void
  readonly reject: (reason: unknown) => void
}

/**
 * Appends with one outstanding request, and under load a few milliseconds from one to the next: what arrives meanwhile
 * goes together, so batches grow with the load. One producer serves all partitions of its topic, so a slow partition
 * delays the others.
 *
 * kafkajs reuses a sequence number when a request times out with several in flight, and the next record is
 * acknowledged and lost; therefore one at a time, and after any error the producer is discarded.
 */
export const createKafkaAppender = async (options: {
  readonly kafka: Kafka
  readonly topic: string
  readonly logger: Logger
}): Promise<Appender> => {
  const { kafka, topic, logger } = options
  let producer: Producer | undefined = await connected(kafka, logger)
  let waiting: Call[] = []
  const beforeNext: (() => void)[] = []
  let sending: Promise<void> | undefined
  let nextSendAt = 0
  let closed = false

  const send = async (calls: readonly Call[]) => {
    try {
      producer ??= await connected(kafka, logger)
      const records = calls.flatMap((call) => call.records)
      nextSendAt = performance.now() + paceMsOf(records.length)
      const answers = await producer.send({
        topic,
        acks: -1,
        timeout: 5_000,
        messages: records.map(messageOf),
      })
      const next = new Map(answers.map(({ partition, baseOffset }) => [partition, Number(baseOffset ?? -1)]))
      for (const call of calls) call.resolve(firstOffsets(call.records, next))
    } catch (reason) {
      // Not awaited: it may be what hangs.
      if (producer !== undefined) void disconnect(producer, logger)
      producer = undefined
      for (const call of calls) call.reject(reason)
    }
  }
  const sendAll = async () => {
    // One turn of the event loop, so that the requests of one network read share a batch.
    await nextTurn()
    while (waiting.length > 0 || beforeNext.length > 0) {
      const early = nextSendAt - performance.now()
      if (early > 0) await new Promise((resolve) => setTimeout(resolve, early))
      for (const call of beforeNext.splice(0)) call()
      if (waiting.length === 0) await nextTurn()
      else {
        const [now, later] = fitting(waiting)
        waiting = later
        await send(now)
      }
    }
    sending = undefined
  }

  return {
    append: (records) =>
      new Promise((resolve, reject) => {
        // It would connect anew, and nobody would end that.
        if (closed) throw new Error(`the appender to ${topic} is closed; nothing was appended`)
        waiting.push({ records, resolve, reject })
        sending ??= sendAll()
      }),
    beforeNext: (call) => {
      beforeNext.push(call)
      sending ??= sendAll()
    },
    close: async () => {
      closed = true
      await sending
      if (producer !== undefined) await disconnect(producer, logger)
    },
  }
}

const connected = async (kafka: Kafka, logger: Logger): Promise<Producer> => {
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    retry: { initialRetryTime: 50, retries: 2 },
  })
  await connect(producer, logger)
  return producer
}

const messageOf = ({ partition, key, value, headers }: LogRecord): Message => ({
  partition,
  key,
  value,
  headers,
})

/** As many calls from the front as fit into one request; at least one. */
const fitting = (calls: readonly Call[]): readonly [Call[], Call[]] => {
  const perPartition = new Map<number, number>()
  const counts = new Map<number, number>()
  let total = 0
  for (const [at, call] of calls.entries()) {
    for (const record of call.records) {
      const bytes = logBytesOf(record)
      const sum = (perPartition.get(record.partition) ?? 0) + bytes
      perPartition.set(record.partition, sum)
      const count = (counts.get(record.partition) ?? 0) + 1
      counts.set(record.partition, count)
      total += bytes
      const isTooMuch = sum > logBatchBytesMax || count > partitionRecordsMax || total > requestBytesMax
      if (at > 0 && isTooMuch) return [calls.slice(0, at), calls.slice(at)]
    }
  }
  return [[...calls], []]
}

/** Where the records of one call begin, given where each partition's part of the request begins; advances the latter. */
const firstOffsets = (
  records: readonly LogRecord[],
  next: Map<number, number>,
): ReadonlyMap<number, number> => {
  const first = new Map<number, number>()
  for (const { partition } of records) {
    const offset = next.get(partition)
    if (offset === undefined || offset < 0) continue
    if (!first.has(partition)) first.set(partition, offset)
    next.set(partition, offset + 1)
  }
  return first
}
