import { v7 as uuidv7 } from 'uuid'
import { createCassandraRowStore } from '@reprise/adapters/cassandra/cassandra-row-store.ts'
import { createKafkaLog } from '@reprise/adapters/kafka/kafka-log.ts'
import { ensureTopics } from '@reprise/adapters/kafka/topics.ts'
import { createRegistryCodec } from '@reprise/adapters/registry/registry-codec.ts'
import { bodyHashOf, commandIdOf } from '@reprise/core/identity.ts'
import { soleOwnership } from '@reprise/core/ports/ownership.port.ts'
import type { RowStore } from '@reprise/core/ports/row-store.port.ts'
import type { Log, LogRecord } from '@reprise/core/ports/log.port.ts'
import {
  type PlaylistCommand,
  playlistDecider,
  type PlaylistReport,
  type PlaylistState,
} from '@reprise/producers/playlists/playlist.decider.ts'
import { createCommandLog, forwardToNobody } from '@reprise/producers/write-path/command-log.ts'
import { createSnapshotStore } from '@reprise/producers/write-path/partition-store.ts'
import { newEventId } from '@reprise/producers/write-path/event-id.ts'
import { partitionOf } from '@reprise/schemas/partition.ts'
import { closedLoops, type Figure, type Measured } from './measure.ts'

const loops = 64
const seconds = 10
const partitions = 16
const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }

/** The write path without HTTP, beside a bare append-and-read-back loop of the same records. */
export const benchCommands = async (
  brokers: readonly string[],
  registry: string,
  cassandra: readonly string[],
): Promise<readonly Figure[]> => {
  const namespace = `bench_${Date.now().toString(36)}`
  await ensureTopics({ brokers, namespace, partitions, logger: quiet })
  const log = await createKafkaLog({ brokers, namespace, logger: quiet })
  const codec = await createRegistryCodec({ url: registry, namespace, logger: quiet })
  const rows = await createCassandraRowStore({
    contactPoints: cassandra,
    datacenter: 'datacenter1',
    keyspace: namespace,
    logger: quiet,
  })
  const records: LogRecord[] = []
  const commands = await throughWritePath(recording(log, records), rows, codec)
  const bare = await appendAndReadBack(log, records)
  await Promise.all([log.close(), rows.close()])
  const figure = 'playlist commands through the write path, no HTTP'
  const ratio = Math.round((commands.perSecond / bare.perSecond) * 100) / 100
  console.log(
    `${figure}: ${commands.perSecond}/s (p50 ${commands.p50Ms} ms, p99 ${commands.p99Ms} ms); ` +
      `bare append and read back: ${bare.perSecond}/s (p50 ${bare.p50Ms} ms, p99 ${bare.p99Ms} ms); ratio ${ratio}`,
  )
  const common = { section: 'commands', ratio, goal: 'ratio ≥ 0.8', holds: ratio >= 0.8 }
  return [{ ...common, figure, value: commands.perSecond, unit: 'commands/s', ceiling: bare.perSecond }]
}

const recording = (log: Log, records: LogRecord[]): Log => ({
  ...log,
  createAppender: async (topic) => {
    const appender = await log.createAppender(topic)
    return {
      ...appender,
      append: (batch) => (records.length < 20_000 && records.push(...batch), appender.append(batch)),
    }
  },
})

const throughWritePath = async (
  log: Log,
  rows: RowStore,
  codec: Awaited<ReturnType<typeof createRegistryCodec>>,
): Promise<Measured> => {
  const commands = await createCommandLog({
    topic: 'playlist-events',
    stream: playlistDecider,
    log,
    codec,
    logger: quiet,
    store: createSnapshotStore<PlaylistState, PlaylistReport>({
      topic: 'playlist-events',
      codec: playlistDecider.snapshot,
      rows,
      incarnation: await log.incarnation(),
      now: Date.now,
    }),
    ownership: soleOwnership(partitions),
    forward: forwardToNobody,
    newEventId,
    waitMsMax: 10_000,
  })
  while (commands.notReady() !== undefined) await new Promise((resolve) => setTimeout(resolve, 10))
  const ids = Array.from({ length: loops }, () => uuidv7())
  const submit = (loop: number, body: PlaylistCommand) => {
    const streamId = ids[loop] ?? ''
    const commandId = commandIdOf('bench', streamId, uuidv7())
    const rest = {
      deviceId: null,
      expectedVersion: undefined,
      keyRefusal: undefined,
      keyTime: Date.now(),
      traceparent: undefined,
    }
    const bodyHash = bodyHashOf('bench', body)
    return commands.submit({
      ...rest,
      streamId,
      actorId: 'bench',
      commandId,
      bodyHash,
      body,
      occurredAt: Date.now(),
    })
  }
  const details = { name: 'bench', description: '', visibility: 'public', collaborative: false } as const
  await Promise.all(ids.map((_, loop) => submit(loop, { do: 'create', details })))
  const measured = await closedLoops(loops, seconds, (loop) =>
    submit(loop, { do: 'edit', edits: [{ add: [{ trackId: '4iV5W9uYEdYUVa79Axb7Rh' }] }] }),
  )
  await commands.close()
  return measured
}

/** The ceiling: nothing but the client library, the broker and the way back. */
const appendAndReadBack = async (log: Log, records: readonly LogRecord[]): Promise<Measured> => {
  const waiting = new Map<string, () => void>()
  const ends = await log.endOffsets('playlist-events')
  const reader = await log.read({
    topic: 'playlist-events',
    resumeAt: (partition) => Promise.resolve(ends[partition] ?? 0),
    onBatch: ({ records: read }) => {
      for (const { eventId } of read) waiting.get(eventId)?.()
      return Promise.resolve()
    },
    onStopped: () => undefined,
  })
  const appender = await log.createAppender('playlist-events')
  let sent = 0
  const measured = await closedLoops(loops, seconds, async () => {
    const like = records[sent % records.length]
    const id = uuidv7()
    if (like === undefined) throw new Error('nothing was recorded')
    const headers = { ...like.headers, ce_id: id }
    const seen = new Promise<void>((resolve) => waiting.set(id, resolve))
    sent++
    await appender.append([{ ...like, partition: partitionOf(like.key, partitions), headers }])
    await seen
    waiting.delete(id)
  })
  await Promise.all([reader.close(), appender.close()])
  return measured
}
