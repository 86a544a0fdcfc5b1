import { createCassandraRowStore } from '@reprise/adapters/cassandra/cassandra-row-store.ts'
import { createKafkaLog } from '@reprise/adapters/kafka/kafka-log.ts'
import { ensureTopics } from '@reprise/adapters/kafka/topics.ts'
import { createRegistryCodec } from '@reprise/adapters/registry/registry-codec.ts'
import { quiet } from '@reprise/core/quiet-logger.ts'

/** Where the engines are. */
export type Engines = {
  readonly kafka: readonly string[]
  readonly registry: string
  readonly cassandra: readonly string[]
}

/** A new namespace with topics of so many partitions, and what a write path needs in it. */
export const openOwnNamespace = async (engines: Engines, partitions: number) => {
  const namespace = `bench_${Date.now().toString(36)}`
  await ensureTopics({ brokers: engines.kafka, namespace, partitions, logger: quiet })
  return openNamespace(engines, namespace)
}

/** The same of a namespace whose topics are there. */
export const openNamespace = async (
  { kafka: brokers, registry: url, cassandra: contactPoints }: Engines,
  namespace: string,
) => {
  const log = await createKafkaLog({ brokers, namespace, logger: quiet })
  const codec = await createRegistryCodec({ url, namespace, logger: quiet })
  const rows = await createCassandraRowStore({
    contactPoints,
    datacenter: 'datacenter1',
    keyspace: namespace,
    logger: quiet,
  })
  const close = async (): Promise<void> => {
    await Promise.all([log.close(), rows.close()])
  }
  return { namespace, log, codec, rows, close }
}
