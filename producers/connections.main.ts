import { createCassandraRowStore } from '@reprise/adapters/cassandra/cassandra-row-store.ts'
import { createKafkaLog } from '@reprise/adapters/kafka/kafka-log.ts'
import { createLateRowStore } from '@reprise/adapters/late-row-store.ts'
import { createTracer } from '@reprise/adapters/tracing/create-tracer.ts'
import { createLogger } from '@reprise/adapters/logger.ts'
import { createRegistryCodec } from '@reprise/adapters/registry/registry-codec.ts'
import { configurationOf } from '@reprise/core/configuration.ts'
import { storeNamesOf } from '@reprise/core/layout/store-names.ts'
import { tracedLog } from '@reprise/core/traced-log.ts'

/** What each thread of the command API has of its own: it shares no connection with the other one. */
export const openConnections = async () => {
  const configuration = configurationOf(process.env)
  const { kafka: brokers, registry: url, namespace } = configuration
  const logger = createLogger({ service: 'producers', level: configuration.logLevel })
  const tracer = await createTracer('producers', configuration)
  const log = tracedLog(await createKafkaLog({ brokers, namespace, logger }), tracer)
  const codec = await createRegistryCodec({ url, namespace, logger })
  const rows = createLateRowStore(() =>
    createCassandraRowStore({
      contactPoints: configuration.cassandra,
      datacenter: configuration.cassandraDatacenter,
      keyspace: storeNamesOf(namespace).keyspace,
      logger,
    }),
  )
  const close = async (): Promise<void> => {
    await Promise.all([log.close(), rows.close(), tracer.close()])
  }
  return { configuration, logger, tracer, log, codec, rows, close }
}
