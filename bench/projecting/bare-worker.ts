import '../clients-as-published.ts'
import { Client, types } from 'cassandra-driver'
import { Kafka, logLevel } from 'kafkajs'
import { physicalTopic } from '@reprise/adapters/kafka/topics.ts'
import { bareProjections, type Batch, type Write } from './bare-projections.ts'
import { connect } from './connections.ts'
import { createMarks } from './marks.ts'
import type { Job } from './workers.ts'

/**
 * The ceiling: kafkajs as it is published, avsc and the Cassandra driver with as little between them as can be. No checkpoints, no guard,
 * no rule of acceptance, no copies left out, everything kept in memory for ever.
 */
const job = JSON.parse(process.argv[2] ?? '') as Job
const { log, codec, configuration } = await connect()
const { kafka: brokers, namespace, cassandra, cassandraDatacenter: localDataCenter } = configuration
const keyspace = `${namespace}_bare`
const ends = await log.endOffsets(job.topic)
const total = ends.reduce((sum, end) => sum + end, 0)
const client = new Client({
  contactPoints: [...cassandra],
  localDataCenter,
  pooling: { coreConnectionsPerHost: { [types.distance.local]: 2 }, maxRequestsPerConnection: 2_048 },
  socketOptions: { readTimeout: 60_000 },
})
await client.execute(
  `CREATE KEYSPACE IF NOT EXISTS ${keyspace} WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`,
)
const projection = bareProjections[job.projections[0] ?? '']
for (const table of projection?.tables ?? []) await client.execute(table.replace('KS', keyspace))

const concurrency = 96
const write = async (writes: readonly (readonly Write[])[]): Promise<void> => {
  let next = 0
  const writer = async () => {
    for (let at = next++; at < writes.length; at = next++) {
      const batch = (writes[at] ?? []).map(({ query, params }) => ({
        query: query.replace('KS', keyspace),
        params,
      }))
      const [only] = batch
      if (batch.length === 1 && only) await client.execute(only.query, only.params, { prepare: true })
      else await client.batch(batch, { prepare: true, logged: false })
    }
  }
  await Promise.all(Array.from({ length: concurrency }, writer))
}

let applied = 0
const marks = createMarks(() => applied)
const consumer = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).consumer({
  groupId: `${namespace}.bare-${Date.now()}`,
  maxBytesPerPartition: 4_000_000,
  maxWaitTimeInMs: 50,
})
await consumer.connect()
await consumer.subscribe({ topic: physicalTopic(namespace, job.topic), fromBeginning: true })
await consumer.run({
  autoCommit: false,
  partitionsConsumedConcurrently: 3,
  eachBatch: async ({ batch: { partition, messages } }) => {
    marks.begin()
    const values = messages.map(({ value }) => value ?? Buffer.alloc(0))
    await codec.learn(values)
    const batch: Batch = {
      partition,
      events: values.map((value, at) => ({
        ...(codec.decode(value) as Batch['events'][number]),
        offset: Number(messages[at]?.offset),
        recordedAt: Number(messages[at]?.timestamp),
      })),
    }
    if (projection) await write(projection.writesOf(batch))
    applied += messages.length
    if (applied === total) process.send?.(marks.end(total))
  },
})
process.once('message', () => process.exit(0))
