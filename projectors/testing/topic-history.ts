import type { EventTopic } from '@reprise/schemas/topics.ts'
import { writeCatalogueHistory } from './catalogue-history.ts'
import { createHistoryWriter, type HistoryWriter, type WritableLog } from './history-writer.ts'
import { writeLibraryHistory } from './library-history.ts'
import { writePlaybackHistory } from './playback-history.ts'
import { writePlaylistHistory } from './playlist-history.ts'
import type { Random } from './random.ts'

/** How a history is made. `noise` is what readers must skip: superseded and duplicate records. */
export type HistoryOptions = {
  readonly topic: EventTopic
  readonly partitions: number
  readonly random: Random
  readonly events: number
  readonly noise: boolean
}

type Write = (writer: HistoryWriter, random: Random, options: HistoryOptions) => unknown

/** Writes a random history of a topic, in which every event type of it occurs. The same seed makes it again. */
export const writeTopicHistory = (log: WritableLog, options: HistoryOptions): void => {
  const { topic, partitions, random } = options
  if (topic === 'catalogue-changes') writeCatalogueHistory(log, random, options)
  else eventWriters[topic](createHistoryWriter(log, topic, partitions), random, options)
}

/** Who writes a history of each topic of events. */
export const eventWriters: Readonly<Record<Exclude<EventTopic, 'catalogue-changes'>, Write>> = {
  'playlist-events': writePlaylistHistory,
  'playback-events': writePlaybackHistory,
  'library-events': writeLibraryHistory,
}
