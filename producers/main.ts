import { randomBytes } from 'node:crypto'
import { createJwtAuthenticator } from '@reprise/adapters/auth/jwt-authenticator.ts'
import { startHttpService } from '@reprise/adapters/http/http-service.ts'
import { createCassandraRowStore } from '@reprise/adapters/cassandra/cassandra-row-store.ts'
import { createKafkaClient } from '@reprise/adapters/kafka/kafka-client.ts'
import { createKafkaLog } from '@reprise/adapters/kafka/kafka-log.ts'
import { createKafkaOwnership } from '@reprise/adapters/kafka/partition-ownership.ts'
import { ensureTopics } from '@reprise/adapters/kafka/topics.ts'
import { createLateRowStore } from '@reprise/adapters/late-row-store.ts'
import { createTracer } from '@reprise/adapters/tracing/create-tracer.ts'
import { createLogger } from '@reprise/adapters/logger.ts'
import { createRegistryCodec } from '@reprise/adapters/registry/registry-codec.ts'
import { configurationOf } from '@reprise/core/configuration.ts'
import { tracedLog } from '@reprise/core/traced-log.ts'
import type { EventType } from '@reprise/core/event.ts'
import { storeNamesOf } from '@reprise/core/layout/store-names.ts'
import type { Ownership } from '@reprise/core/ports/ownership.port.ts'
import type { EventTopic } from '@reprise/schemas/topics.ts'
import { commandLinesRoutes } from './commands/command-lines.routes.ts'
import { tracedHandlers } from './commands/traced-handlers.ts'
import { commandLimits } from './commands/limits.ts'
import { commandRoutes, fixKey } from './commands/command-routes.ts'
import { createForwarder } from './forwarding/forwarder.ts'
import { type ForwardedCommands, startForwardingListener } from './forwarding/forwarding-listener.ts'
import { libraryDecider } from './library/library.decider.ts'
import { libraryRoutes } from './library/library.routes.ts'
import { openApiRoutes } from './openapi/openapi.routes.ts'
import { playlistDecider } from './playlists/playlist.decider.ts'
import { playlistRoutes } from './playlists/playlist.routes.ts'
import { createCatalogueTracks } from './plays/catalogue-tracks.ts'
import { playRoutes } from './plays/play.routes.ts'
import { createCommandLog } from './write-path/command-log.ts'
import { createDiscard } from '@reprise/core/discarded-records.ts'
import { newEventId } from './write-path/event-id.ts'
import { createSnapshotStore } from './write-path/snapshot-store.ts'
import type { StreamType } from './write-path/stream-type.ts'

/** The command API: command → event → log. */
const configuration = configurationOf(process.env)
const { kafka: brokers, registry: url, namespace, partitions, waitMsMax } = configuration
const logger = createLogger({ service: 'producers', level: configuration.logLevel })

await ensureTopics({ brokers, namespace, partitions, logger })
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
const incarnation = await log.incarnation()
const verdicts = await log.createAppender('discarded-records')
const verdictPartitions = (await log.endOffsets('discarded-records')).length

// Commands of partitions that another process owns go there; those of ours come in at a port of their own.
const secret = randomBytes(24).toString('base64url')
const forwardedTo = new Map<EventTopic, ForwardedCommands>()
const listener = await startForwardingListener({
  host: configuration.host,
  secret,
  commandsOf: (topic) => forwardedTo.get(topic),
  logger,
})
const advertisedHost = configuration.advertisedHost ?? configuration.host
const address = `http://${advertisedHost.includes(':') ? `[${advertisedHost}]` : advertisedHost}:${listener.port}`
const forwarder = createForwarder(logger)
const kafka = createKafkaClient({ brokers, logger })
const ownershipOf = (topic: EventTopic) =>
  createKafkaOwnership({
    kafka,
    namespace,
    topic,
    address,
    secret,
    sessionMs: configuration.sessionMs,
    logger,
  })

/** The commands of a decided topic, on snapshots of their own. */
const commandLogOf = async <State, Body, Type extends EventType, Report>(
  topic: EventTopic,
  ownership: Ownership,
  stream: StreamType<State, Body, Type, Report>,
) => {
  const commands = await createCommandLog<State, Body, Type, Report>({
    topic,
    stream,
    log,
    codec,
    logger,
    store: createSnapshotStore<State, Report>({
      topic,
      codec: stream.snapshot,
      rows,
      incarnation,
      now: Date.now,
    }),
    discard: createDiscard({
      topic,
      reason: 'superseded',
      codec,
      appender: verdicts,
      partitions: verdictPartitions,
    }),
    ownership,
    forward: forwarder.forward,
    newEventId,
    waitMsMax,
  })
  forwardedTo.set(topic, commands)
  return commands
}
const [playlistOwners, libraryOwners] = await Promise.all([
  ownershipOf('playlist-events'),
  ownershipOf('library-events'),
])
const commands = await commandLogOf('playlist-events', playlistOwners, playlistDecider)
const libraries = await commandLogOf('library-events', libraryOwners, libraryDecider)
const tracks = await createCatalogueTracks({ log, codec, rows, logger })
const appender = await log.createAppender('playback-events')
const handlers = tracedHandlers(
  [
    ...playlistRoutes({ commands, now: Date.now }),
    ...libraryRoutes({ commands: libraries, now: Date.now }),
    ...playRoutes({
      appender,
      codec,
      partitions: (await log.endOffsets('playback-events')).length,
      now: Date.now,
      newEventId,
      factsOf: tracks.factsOf,
    }),
  ],
  tracer,
)
const service = await startHttpService({
  service: 'producers',
  host: configuration.host,
  port: configuration.commandPort,
  corsOrigins: configuration.corsOrigins,
  logger,
  first: fixKey,
  admits: commandLimits,
  authenticate: await createJwtAuthenticator(configuration),
  routers: [openApiRoutes()],
  direct: commandRoutes(handlers),
  streaming: [commandLinesRoutes({ handlers, logger })],
  ready: () =>
    playlistOwners.notReady() ?? libraryOwners.notReady() ?? commands.notReady() ?? libraries.notReady(),
})
logger.info({ port: service.port }, 'the command API listens')

const end = async (): Promise<void> => {
  await service.close()
  forwarder.close()
  // What is forwarded meanwhile is sent away, until the others know the next owners.
  await Promise.all([commands.close(), libraries.close(), appender.close()])
  await Promise.all([listener.close(), verdicts.close()])
  await tracks.close()
  await Promise.all([log.close(), rows.close(), tracer.close()])
}

let isEnding = false
/** Ends in good order, or without it after 15 seconds; requests in flight have ten of them. */
const stop = (signal: string) => {
  if (isEnding) return
  isEnding = true
  logger.info({ signal }, 'the command API ends')
  setTimeout(() => {
    logger.error({ signal }, 'the command API could not end in good order in time')
    process.exit(1)
  }, 15_000).unref()
  end().then(
    () => process.exit(0),
    (error: unknown) => {
      logger.error({ err: error }, `the command API could not end in good order: ${(error as Error).message}`)
      process.exit(1)
    },
  )
}
process.on('SIGTERM', stop)
process.on('SIGINT', stop)
