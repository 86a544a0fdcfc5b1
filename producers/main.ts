import { createJwtAuthenticator } from '@reprise/adapters/auth/jwt-authenticator.ts'
import { startHttpService } from '@reprise/adapters/http/http-service.ts'
import { ensureTopics } from '@reprise/adapters/kafka/topics.ts'
import type { TopicName } from '@reprise/schemas/topics.ts'
import { commandLinesRoutes } from './commands/command-lines.routes.ts'
import { tracedHandlers } from './commands/traced-handlers.ts'
import { commandLimits } from './commands/limits.ts'
import { commandRoutes, fixKey } from './commands/command-routes.ts'
import { openConnections } from './connections.main.ts'
import type { LibraryCommand } from './library/library.decider.ts'
import { libraryRoutes } from './library/library.routes.ts'
import { openApiRoutes } from './openapi/openapi.routes.ts'
import type { PlaylistCommand, PlaylistReport } from './playlists/playlist.decider.ts'
import { playlistRoutes } from './playlists/playlist.routes.ts'
import { createCatalogueTracks } from './plays/catalogue-tracks.ts'
import { playRoutes } from './plays/play.routes.ts'
import { newEventId } from './write-path/event-id.ts'
import { openWritePathThread } from './threads/write-path-thread.ts'

/** The command API: command → event → log. */
const { configuration, logger, tracer, log, codec, rows, ...connections } = await openConnections()
const { kafka: brokers, namespace, partitions } = configuration
await ensureTopics({ brokers, namespace, partitions, logger })
const writePath = await openWritePathThread()
const partitionsOf = async (topic: TopicName) => (await log.endOffsets(topic)).length
const playlists = writePath.commandsOf<PlaylistCommand, PlaylistReport>(
  'playlist-events',
  await partitionsOf('playlist-events'),
)
const libraries = writePath.commandsOf<LibraryCommand, object>(
  'library-events',
  await partitionsOf('library-events'),
)
const tracks = await createCatalogueTracks({ log, codec, rows, logger })
const appender = await log.createAppender('playback-events')
const handlers = tracedHandlers(
  [
    ...playlistRoutes({ commands: playlists, now: Date.now }),
    ...libraryRoutes({ commands: libraries, now: Date.now }),
    ...playRoutes({
      appender,
      codec,
      partitions: await partitionsOf('playback-events'),
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
  ready: writePath.notReady,
})
logger.info({ port: service.port }, 'the command API listens')

const end = async (): Promise<void> => {
  await service.close()
  await Promise.all([writePath.close(), appender.close()])
  await tracks.close()
  await connections.close()
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
