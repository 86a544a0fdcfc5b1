import { createInMemoryLog } from '@reprise/adapters/in-memory/log.in-memory.ts'
import { createKafkaLog } from '@reprise/adapters/kafka/kafka-log.ts'
import { createRegistryCodec } from '@reprise/adapters/registry/registry-codec.ts'
import { configurationOf } from '@reprise/core/configuration.ts'
import type { LogRecord } from '@reprise/core/ports/log.port.ts'
import { quiet } from '@reprise/core/quiet-logger.ts'
import { codec as plainCodec } from '@reprise/projectors/testing/codec.ts'
import { createHistoryWriter, type HistoryWriter } from '@reprise/projectors/testing/history-writer.ts'
import { writePlaybackHistory } from '@reprise/projectors/testing/playback-history.ts'
import { writePlaylistHistory } from '@reprise/projectors/testing/playlist-history.ts'
import { createRandom, type Random } from '@reprise/projectors/testing/random.ts'
import type { Platform } from '../platform.ts'

const topics = ['playlist-events', 'playback-events'] as const
const everyMs = 50

/** Random lives of playlists, with superseded records, and plays, with copies and late ones; the log is fed with them. */
export type FedHistory = {
  /** Appends so many of each topic, evenly over the time. */
  readonly feed: (events: number, overMs: number) => Promise<void>
  readonly close: () => Promise<void>
}

type Options = {
  readonly seed: number
  readonly events: number
  readonly partitions: number
  /** Writes what stands before all else in `playlist-events`. */
  readonly first?: (writer: HistoryWriter) => void
  /** Writes what stands behind all else there. */
  readonly last?: (writer: HistoryWriter) => void
  /** Writes all that stands in `playback-events`, instead of random plays of some months. */
  readonly plays?: (writer: HistoryWriter, random: Random) => void
}

/** Makes a history of so many events of each topic; the same one for the same seed. */
export const createFedHistory = async (
  platform: Platform,
  { seed, events, partitions, first, last, plays }: Options,
): Promise<FedHistory> => {
  const { kafka: brokers, registry: url, namespace } = configurationOf(platform.environment)
  const log = await createKafkaLog({ brokers, namespace, logger: quiet })
  const codec = await createRegistryCodec({ url, namespace, logger: quiet })
  const made = createInMemoryLog({ partitions })
  const appended: (readonly [topic: (typeof topics)[number], record: LogRecord])[] = []
  const random = createRandom(seed)
  const recording = {
    recordsOf: made.recordsOf,
    appendAsStranger: (...[topic, records]: Parameters<typeof made.appendAsStranger>) => {
      made.appendAsStranger(topic, records)
      for (const record of records) {
        const { type, value } = plainCodec.decode(record.value)
        const bytes = codec.encode(topic, type, value)
        appended.push([topic as (typeof topics)[number], { ...record, value: bytes }])
      }
    },
  }
  const playlists = createHistoryWriter(recording, 'playlist-events', partitions)
  first?.(playlists)
  writePlaylistHistory(playlists, random, { events })
  last?.(playlists)
  const playback = createHistoryWriter(recording, 'playback-events', partitions)
  if (plays) plays(playback, random)
  else writePlaybackHistory(playback, random, { events })
  const waiting = topics.map((topic) => ({
    topic,
    appender: log.createAppender(topic),
    records: appended.filter(([of]) => of === topic).map(([, record]) => record),
  }))

  return {
    feed: async (count, overMs) => {
      const rounds = Math.ceil(overMs / everyMs)
      const perRound = Math.ceil(count / rounds)
      for (let round = 0; round < rounds; round++) {
        for (const { appender, records } of waiting) {
          const next = records.splice(0, Math.min(perRound, count - round * perRound))
          if (next.length > 0) await (await appender).append(next)
        }
        await new Promise((resolve) => setTimeout(resolve, everyMs))
      }
    },
    close: async () => {
      for (const { appender } of waiting) await (await appender).close()
      await log.close()
    },
  }
}
