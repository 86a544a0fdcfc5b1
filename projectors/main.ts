import { createJwtAuthenticator } from '@reprise/adapters/auth/jwt-authenticator.ts'
import { createCassandraRowStore } from '@reprise/adapters/cassandra/cassandra-row-store.ts'
import { postOutside } from '@reprise/adapters/http/post-outside.ts'
import { startHttpService } from '@reprise/adapters/http/http-service.ts'
import { createKafkaLog } from '@reprise/adapters/kafka/kafka-log.ts'
import { ensureTopics } from '@reprise/adapters/kafka/topics.ts'
import { createTracer } from '@reprise/adapters/tracing/create-tracer.ts'
import { createLogger } from '@reprise/adapters/logger.ts'
import { createOpenSearchDocumentStore } from '@reprise/adapters/opensearch/opensearch-document-store.ts'
import { createRegistryCodec } from '@reprise/adapters/registry/registry-codec.ts'
import { configurationOf, type Configuration } from '@reprise/core/configuration.ts'
import { storeNamesOf } from '@reprise/core/layout/store-names.ts'
import type { Logger } from '@reprise/core/ports/logger.port.ts'
import { findProjections, projectionsFolder } from './engine/find-projections.ts'
import { createLateRowStore } from '@reprise/adapters/late-row-store.ts'
import { runAll, type Running } from './engine/run-all.ts'
import { createPopularity } from './popularity/publish-popularity.ts'
import { projectionsRoutes } from './projections.routes.ts'

/** Ends the process if it can't end in good order within this time. */
const closeMsMax = 8_000

/** The projector process: every projection found here, until SIGTERM or SIGINT. */
const main = async (): Promise<void> => {
  const configuration = configurationOf(process.env)
  const logger = createLogger({ service: 'projectors', level: configuration.logLevel })
  try {
    await serve(configuration, logger)
  } catch (error) {
    logger.error({ err: error }, `the projectors could not start: ${(error as Error).message}`)
    process.exit(1)
  }
}

const serve = async (configuration: Configuration, logger: Logger): Promise<void> => {
  const now: { running?: Running } = {}
  const http = await startHttpService({
    service: 'projectors',
    host: configuration.host,
    port: configuration.projectorPort,
    logger,
    corsOrigins: [],
    authenticate: await createJwtAuthenticator(configuration),
    routers: [],
    direct: projectionsRoutes(async () => (await now.running?.look()) ?? []),
    measure: async () => (await now.running?.measure()) ?? [],
    ready: () => (now.running ? now.running.unwell() : 'the projectors are starting'),
  })
  const { log, codec, stores } = await connect(configuration, logger)
  const said = await log.createAppender('catalogue-changes')
  const popularity = createPopularity({
    rows: stores.rows,
    codec,
    appender: said,
    partitions: (await log.endOffsets('playback-events')).length,
  })
  const tracer = await createTracer('projectors', configuration)
  const running = await runAll(await findProjections(projectionsFolder), {
    log,
    codec,
    logger,
    stores: { ...stores, outside: { post: postOutside, logEnds: (topic) => log.endOffsets(topic) } },
    popularity,
    tracer,
  })
  now.running = running

  onceAsked(async (signal) => {
    logger.info({ signal }, 'the projectors end')
    setTimeout(() => process.exit(1), closeMsMax).unref()
    await Promise.all([http.close(1_000), running.close()])
    await Promise.all([said.close(), tracer.close()])
    await Promise.all([log.close(), stores.rows.close(), stores.documents.close()])
    process.exit(0)
  })
}

const connect = async (configuration: Configuration, logger: Logger) => {
  const { kafka: brokers, namespace, partitions, registry: url } = configuration
  const { keyspace, indexPrefix } = storeNamesOf(namespace)
  await ensureTopics({ brokers, namespace, partitions, logger })
  const [log, codec] = await Promise.all([
    createKafkaLog({ brokers, namespace, logger }),
    createRegistryCodec({ url, namespace, logger }),
  ])
  const rows = createLateRowStore(() =>
    createCassandraRowStore({
      contactPoints: configuration.cassandra,
      datacenter: configuration.cassandraDatacenter,
      keyspace,
      logger,
    }),
  )
  const documents = createOpenSearchDocumentStore({
    node: configuration.openSearch,
    prefix: indexPrefix,
    logger,
  })
  return { log, codec, stores: { rows, documents } }
}

const onceAsked = (end: (signal: string) => Promise<void>): void => {
  let isEnding = false
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      if (isEnding) return
      isEnding = true
      void end(signal)
    })
}

await main()
