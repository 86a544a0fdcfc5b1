import { setTimeout as pause } from 'node:timers/promises'
import type { Discard, Discarded } from '@reprise/core/discarded-records.ts'
import type { EventCodec } from '@reprise/core/ports/event-codec.port.ts'
import type { RowStore } from '@reprise/core/ports/row-store.port.ts'
import { createRowCheckpoints, type Checkpoints } from '../engine/checkpoints.ts'
import type { Stay, StayStart } from '../engine/stay.ts'
import { storedAtOnce } from '../engine/gathering.ts'
import { followTopic, type Following, type Source } from '../engine/follow-topic.ts'
import { eventReading, type TopicReading } from '../engine/topic-reading.ts'
import type { Turn } from '../engine/turn.ts'
import type { Verdicts } from '../engine/run-projection.ts'
import { writeRows } from '../engine/write-rows.ts'
import { decidePlays } from './decide-plays.ts'
import { createKnownVerdicts } from './known-verdicts.ts'
import { createOpenPlays } from './open-plays.ts'
import { createOpenVerdicts } from './open-verdicts.ts'
import { createPassed } from './passed.ts'
import { chunkWriteOf, playIndexTable, verdictTable, type PlayEvent } from './play-index-layout.ts'
import { createPlayMemory, type PlayMemory } from './play-memory.ts'
import { createPlayVerdicts } from './play-verdicts.ts'
import { createWarming } from './warming.ts'
import { createVerdictPages, type VerdictPages } from './verdict-pages.ts'

/** The index at work, and the verdicts that it gives. */
export type PlayIndex = Following & { readonly verdicts: Verdicts; readonly counts: () => PlayIndexCounts }

/** What the index of this process has done since it was started. */
export type PlayIndexCounts = {
  readonly decided: number
  readonly duplicates: number
  /** How many of them memory couldn't decide. */
  readonly lookedUp: number
  readonly memoryBytes: number
}

/** What the index runs with. */
export type PlayIndexOptions = Source & {
  readonly store: RowStore
  /** Told of every duplicate, perhaps more than once. */
  readonly discard: Discard
  readonly memory?: PlayMemory
  /** Told up to where the index of a partition is stored. */
  readonly onApplied?: (partition: number, watermark: number) => void
}

/** What the index reads with. */
export const playIndexGroup = 'play-index-v3'

const retryMs = 500

/**
 * Counting a play once: follows `playback-events` with a checkpoint of its own, decides of every play in
 * order whether it is the first record of its identity, and keeps the offset of that. A verdict is a fact of the log,
 * so it is given when it is decided; its row, its page and the word of duplicates stand before the checkpoint passes it.
 */
export const startPlayIndex = (options: PlayIndexOptions): PlayIndex => {
  const { store, discard, codec, logger, memory = createPlayMemory() } = options
  const known = createKnownVerdicts()
  const passed = createPassed()
  const pages = createVerdictPages(store)
  const checkpoints = createRowCheckpoints(store, playIndexTable.name)
  const counts = { decided: 0, duplicates: 0, lookedUp: 0 }
  const warm = createWarming({ ...options, memory, pages, reading: readingOf(codec) })
  const onLookUp = (plays: number) => (counts.lookedUp += plays)

  const tell = async (partition: number, records: readonly Discarded[], isCurrent: () => boolean) => {
    while (records.length > 0 && isCurrent()) {
      try {
        await discard(partition, records)
        return
      } catch (error) {
        logger.warn({ reason: (error as Error).message }, 'verdicts could not be published; trying again')
      }
      await pause(retryMs)
    }
  }
  const begin = ({ partition, next }: StayStart): Stay<PlayEvent> => {
    memory.resume(partition, next)
    const open = createOpenPlays()
    const verdicts = createOpenVerdicts()
    const apply = async ({ events, isCurrent }: Turn<PlayEvent>): Promise<void> => {
      const [first, last] = [events[0], events.at(-1)]
      if (first === undefined || last === undefined) return
      warm.from(first)
      const decided = await decidePlays(events, { store, memory, known, open, onLookUp })
      if (!isCurrent()) return
      events.forEach((play, at) => {
        const isFirst = decided[at] === true
        known.add(partition, play.offset, isFirst)
        verdicts.add(play, isFirst)
        if (isFirst) {
          memory.add(partition, { identity: play.data.identity, recordedAt: play.recordedAt })
          open.add(play)
        } else counts.duplicates++
      })
      memory.advance(partition, last.offset + 1)
      passed.set(partition, last.offset + 1)
      counts.decided += events.length
    }
    return {
      apply,
      store: async (isCurrent) => {
        await Promise.all([
          writeRows({
            store,
            table: playIndexTable,
            groups: open.chunks(),
            ownerOf: ({ hour }) => String(hour),
            rowsOf: (chunk) => [chunkWriteOf(partition, chunk)],
          }),
          pages.write(partition, verdicts.pages()),
          tell(partition, verdicts.discarded(), isCurrent),
        ])
        open.clear()
        verdicts.clear()
      },
      isFull: () => false,
      end: () => {
        open.clear()
        verdicts.clear()
      },
    }
  }
  const following = followTopic<PlayEvent>(
    {
      name: 'play index',
      group: playIndexGroup,
      reading: readingOf(codec),
      checkpoints: withFresh(checkpoints, pages),
      ensure: async () => {
        await Promise.all([store.ensure(playIndexTable), store.ensure(verdictTable)])
        await checkpoints.ensure()
      },
      begin,
      applied: (partition, { watermark }) => {
        passed.set(partition, watermark)
        options.onApplied?.(partition, watermark)
      },
      forget: () => undefined,
      onLost: store.onLost,
    },
    { ...options, gathering: storedAtOnce(options.gathering) },
  )
  return {
    status: following.status,
    close: async () => {
      warm.stop()
      await following.close()
    },
    verdicts: createPlayVerdicts({ known, passed, checkpoints, pages }),
    counts: () => ({ ...counts, memoryBytes: memory.bytes() }),
  }
}

const readingOf = (codec: EventCodec): TopicReading<PlayEvent> =>
  eventReading('playback-events', new Set(['TrackPlayed', 'TrackSkipped']), codec) as TopicReading<PlayEvent>

/** Whoever asks where a partition stands no longer knows what is stored of it. */
const withFresh = (checkpoints: Checkpoints, pages: VerdictPages): Checkpoints => ({
  ...checkpoints,
  read: async (partition) => {
    const checkpoint = await checkpoints.read(partition)
    pages.forget(partition)
    return checkpoint
  },
})
