import { createCassandraRowStore } from '@reprise/adapters/cassandra/cassandra-row-store.ts'
import { createKafkaLog } from '@reprise/adapters/kafka/kafka-log.ts'
import { createOpenSearchDocumentStore } from '@reprise/adapters/opensearch/opensearch-document-store.ts'
import { createRegistryCodec } from '@reprise/adapters/registry/registry-codec.ts'
import { configurationOf } from '@reprise/core/configuration.ts'
import { storeNamesOf } from '@reprise/core/layout/store-names.ts'

/** Says nothing of what goes well. */
export const quiet = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: (facts: unknown, words?: string) => console.error(words, facts),
}

/** Log, codec and stores of the namespace that REPRISE_NAMESPACE names, as a service has them. */
export const connect = async () => {
  const configuration = configurationOf(process.env)
  const { kafka: brokers, namespace, registry: url } = configuration
  const { keyspace, indexPrefix } = storeNamesOf(namespace)
  const [log, codec, rows] = await Promise.all([
    createKafkaLog({ brokers, namespace, logger: quiet }),
    createRegistryCodec({ url, namespace, logger: quiet }),
    createCassandraRowStore({
      contactPoints: configuration.cassandra,
      datacenter: configuration.cassandraDatacenter,
      keyspace,
      logger: quiet,
    }),
  ])
  const node = configuration.openSearch
  const documents = createOpenSearchDocumentStore({ node, prefix: indexPrefix, logger: quiet })
  return {
    configuration,
    log,
    codec,
    stores: { rows, documents },
    close: async () => {
      await Promise.all([log.close(), rows.close(), documents.close()])
    },
  }
}
