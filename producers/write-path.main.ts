import { randomBytes } from 'node:crypto'
import { parentPort } from 'node:worker_threads'
import { createKafkaClient } from '@reprise/adapters/kafka/kafka-client.ts'
import { createKafkaOwnership } from '@reprise/adapters/kafka/partition-ownership.ts'
import { createDiscard } from '@reprise/core/discarded-records.ts'
import type { EventType } from '@reprise/core/event.ts'
import type { EventTopic } from '@reprise/schemas/topics.ts'
import { openConnections } from './connections.main.ts'
import { createForwarder } from './forwarding/forwarder.ts'
import { type ForwardedCommands, startForwardingListener } from './forwarding/forwarding-listener.ts'
import { libraryDecider } from './library/library.decider.ts'
import { playlistDecider } from './playlists/playlist.decider.ts'
import type { Command } from './write-path/command.ts'
import { createCommandLog } from './write-path/command-log.ts'
import { newEventId } from './write-path/event-id.ts'
import { createSnapshotStore } from './write-path/snapshot-store.ts'
import type { StreamType } from './write-path/stream-type.ts'
import { answerCalls } from './threads/calls.ts'
import type { Asked } from './threads/write-path-thread.ts'

/** The write path of a process of the command API, in a thread of its own; see write-path-thread.ts for who asks it. */
const { configuration, logger, log, codec, rows, ...connections } = await openConnections()
const { kafka: brokers, namespace, sessionMs, waitMsMax } = configuration
const incarnation = await log.incarnation()
const verdicts = await log.createAppender('discarded-records')
const verdictPartitions = (await log.endOffsets('discarded-records')).length

// Commands of partitions that another process owns go there; those of ours come in at a port of their own.
const secret = randomBytes(24).toString('base64url')
const takenHere = new Map<EventTopic, ForwardedCommands>()
const listener = await startForwardingListener({
  host: configuration.host,
  secret,
  commandsOf: (topic) => takenHere.get(topic),
  logger,
})
const advertisedHost = configuration.advertisedHost ?? configuration.host
const address = `http://${advertisedHost.includes(':') ? `[${advertisedHost}]` : advertisedHost}:${listener.port}`
const forwarder = createForwarder(logger)
const kafka = createKafkaClient({ brokers, logger })

/** The commands of a decided topic, on snapshots of their own, and who owns its partitions. */
const open = async <State, Body, Type extends EventType, Report>(
  topic: EventTopic,
  stream: StreamType<State, Body, Type, Report>,
) => {
  const ownership = await createKafkaOwnership({
    kafka,
    namespace,
    topic,
    address,
    secret,
    sessionMs,
    logger,
  })
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
  takenHere.set(topic, commands)
  return { ...commands, notReady: () => ownership.notReady() ?? commands.notReady() }
}
const [playlists, library] = await Promise.all([
  open('playlist-events', playlistDecider),
  open('library-events', libraryDecider),
])

const close = async (): Promise<void> => {
  forwarder.close()
  // What is forwarded meanwhile is sent away, until the others know the next owners.
  await Promise.all([playlists.close(), library.close()])
  await Promise.all([listener.close(), verdicts.close()])
  await connections.close()
}

const answer = async (asked: Asked): Promise<unknown> => {
  if (asked === 'opened') return undefined
  if (asked === 'why-not-ready') return playlists.notReady() ?? library.notReady()
  if (asked === 'close') return close()
  const { submit } = asked.topic === 'library-events' ? library : playlists
  return submit(asked.submit as Command<never>)
}

if (parentPort === null) throw new Error('producers/main.ts starts this as a thread of its own')
answerCalls(parentPort, answer)
