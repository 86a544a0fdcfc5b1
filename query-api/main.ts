import { setTimeout as pause } from 'node:timers/promises'
import { createJwtAuthenticator } from '@reprise/adapters/auth/jwt-authenticator.ts'
import { createCassandraRowStore } from '@reprise/adapters/cassandra/cassandra-row-store.ts'
import { startHttpService } from '@reprise/adapters/http/http-service.ts'
import { createKafkaLog } from '@reprise/adapters/kafka/kafka-log.ts'
import { ensureTopics } from '@reprise/adapters/kafka/topics.ts'
import { createLogger } from '@reprise/adapters/logger.ts'
import { createOpenSearchDocumentStore } from '@reprise/adapters/opensearch/opensearch-document-store.ts'
import { createRegistryCodec } from '@reprise/adapters/registry/registry-codec.ts'
import { type Configuration, configurationOf } from '@reprise/core/configuration.ts'
import { storeNamesOf } from '@reprise/core/layout/store-names.ts'
import type { Logger } from '@reprise/core/ports/logger.port.ts'
import type { RowStore } from '@reprise/core/ports/row-store.port.ts'
import { StoreUnavailable } from '@reprise/core/ports/store-failure.ts'
import { findProjections, projectionsFolder } from '@reprise/projectors/engine/find-projections.ts'
import { createQuerySide } from './query-side.ts'

/** The query API: view → answer, read-only, until SIGTERM or SIGINT. */
const main = async (): Promise<void> => {
  const configuration = configurationOf(process.env)
  const logger = createLogger({ service: 'query-api', level: configuration.logLevel })
  try {
    await serve(configuration, logger)
  } catch (error) {
    logger.error({ error }, `the query API could not start: ${(error as Error).message}`)
    process.exit(1)
  }
}

const serve = async (configuration: Configuration, logger: Logger): Promise<void> => {
  const authenticate = await createJwtAuthenticator(configuration)
  const { log, codec, rows, documents } = await connect(configuration, logger)
  const declarations = await findProjections(projectionsFolder)
  const querySide = await createQuerySide({
    log,
    codec,
    rows,
    documents,
    logger,
    declarations,
    now: Date.now,
  })
  const http = await startHttpService({
    service: 'query-api',
    host: configuration.host,
    port: configuration.queryPort,
    corsOrigins: configuration.corsOrigins,
    logger,
    authenticate,
    routers: querySide.routers,
    ready: querySide.notReady,
  })
  onceAsked(async () => {
    await http.close()
    await querySide.close()
    await Promise.all([log.close(), rows.close(), documents.close()])
  })
}

const connect = async (configuration: Configuration, logger: Logger) => {
  const { kafka: brokers, registry: url, namespace, partitions } = configuration
  const { keyspace, indexPrefix } = storeNamesOf(namespace)
  await ensureTopics({ brokers, namespace, partitions, logger })
  const [log, codec, rows] = await Promise.all([
    createKafkaLog({ brokers, namespace, logger }),
    createRegistryCodec({ url, namespace, logger }),
    connectRows(configuration, keyspace, logger),
  ])
  const documents = createOpenSearchDocumentStore({
    node: configuration.openSearch,
    prefix: indexPrefix,
    logger,
  })
  return { log, codec, rows, documents }
}

/** Cassandra may start later than this process. */
const connectRows = async (
  { cassandra: contactPoints, cassandraDatacenter: datacenter }: Configuration,
  keyspace: string,
  logger: Logger,
): Promise<RowStore> => {
  for (;;) {
    try {
      return await createCassandraRowStore({ contactPoints, datacenter, keyspace, logger })
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error
      logger.warn({ reason: error.message }, 'waiting for Cassandra')
      await pause(1_000)
    }
  }
}

/** Ends in good order, or without it after 15 seconds; requests in flight have ten of them. */
const onceAsked = (end: () => Promise<void>): void => {
  const stop = () => {
    setTimeout(() => process.exit(1), 15_000).unref()
    void end().then(() => process.exit(0))
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
}

await main()
