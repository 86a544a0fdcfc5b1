import { randomUUID } from 'node:crypto'
import { Client as OpenSearch } from '@opensearch-project/opensearch'
import { Client, types } from 'cassandra-driver'
import { createKafkaClient } from '@reprise/adapters/kafka/kafka-client.ts'
import { physicalTopic } from '@reprise/adapters/kafka/topics.ts'
import { atRate } from '../measure.ts'
import { connect, quiet } from './connections.ts'

const perSecond = 1_000
const seconds = 10
const refreshEveryMs = 100

/**
 * The ceiling: a record goes through a bare producer, consumer and prepared insert, each one by itself; and a document
 * through a bulk and a refresh of the bare client, ten times a second. Milliseconds, in order.
 */
export const benchBareVisibility = async () => ({
  rowMs: await bareRows(),
  documentMs: await bareDocuments(),
})

const bareRows = async (): Promise<readonly number[]> => {
  const { configuration, log, close } = await connect()
  const { kafka: brokers, namespace, cassandra, cassandraDatacenter: localDataCenter } = configuration
  const client = new Client({
    contactPoints: [...cassandra],
    localDataCenter,
    pooling: { coreConnectionsPerHost: { [types.distance.local]: 2 } },
    socketOptions: { readTimeout: 60_000 },
  })
  const keyspace = `${namespace}_bare`
  await client.execute(
    `CREATE KEYSPACE IF NOT EXISTS ${keyspace} WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`,
  )
  await client.execute(
    `CREATE TABLE IF NOT EXISTS ${keyspace}.rows (id text PRIMARY KEY, value text, pos bigint)`,
  )
  const insert = `INSERT INTO ${keyspace}.rows (id, value, pos) VALUES (?, ?, ?) USING TIMESTAMP ?`
  const written = new Map<string, () => void>()
  const consumer = createKafkaClient({ brokers, logger: quiet }).consumer({
    groupId: `${namespace}.bare-${randomUUID()}`,
    maxWaitTimeInMs: 250,
  })
  await consumer.connect()
  await consumer.subscribe({ topic: physicalTopic(namespace, 'library-events') })
  const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve))
  await consumer.run({
    autoCommit: false,
    partitionsConsumedConcurrently: 4,
    eachBatch: async ({ batch: { messages } }) => {
      await Promise.all(
        messages.map(async ({ key, value, offset }) => {
          const id = key?.toString() ?? ''
          await client.execute(insert, [id, value?.toString(), offset, Number(offset) + 1], { prepare: true })
          written.get(id)?.()
        }),
      )
    },
  })
  await joined
  const appender = await log.createAppender('library-events')
  const ms: number[] = []
  let nth = 0
  const value = Buffer.alloc(300, 'x')
  const once = async () => {
    const key = String(nth++)
    const isWritten = new Promise<number>((resolve) => written.set(key, () => resolve(performance.now())))
    await appender.append([{ partition: nth % 16, key, value, headers: { ce_id: key } }])
    const acknowledged = performance.now()
    ms.push(Math.max(0, (await isWritten) - acknowledged))
  }
  await atRate(once, perSecond, 2)
  ms.length = 0
  await atRate(once, perSecond, seconds)
  await Promise.all([consumer.disconnect(), appender.close(), client.shutdown(), close()])
  return ms.sort((a, b) => a - b)
}

/** From the moment a document is there to be sent until a refresh that began after its bulk has ended. */
const bareDocuments = async (): Promise<readonly number[]> => {
  const node = process.env['REPRISE_OPENSEARCH'] ?? ''
  const client = new OpenSearch({ node })
  const index = `${process.env['REPRISE_NAMESPACE']}_bare`
  await client.indices.create({
    index,
    body: { settings: { refresh_interval: '-1', number_of_replicas: 0 } },
  })
  const ms: number[] = []
  let waiting: number[] = []
  let nth = 0
  const isOver = new AbortController()
  const loop = (async () => {
    while (!isOver.signal.aborted || waiting.length > 0) {
      const batch = waiting
      waiting = []
      if (batch.length > 0) {
        const body = batch.flatMap(() => [
          { index: { _id: String(nth++ % 5_000) } },
          { name: `document ${nth}` },
        ])
        await client.bulk({ index, body: body as never })
        await client.indices.refresh({ index })
        for (const begun of batch) ms.push(performance.now() - begun)
      }
      await new Promise((resolve) => setTimeout(resolve, refreshEveryMs))
    }
  })()
  await atRate(() => Promise.resolve(waiting.push(performance.now())), perSecond, seconds)
  isOver.abort()
  await loop
  await client.indices.delete({ index })
  await client.close()
  return ms.sort((a, b) => a - b)
}
