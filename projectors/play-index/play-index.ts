import type { RecordedEvent } from '@reprise/core/event.ts'
import type { RowStore } from '@reprise/core/ports/row-store.port.ts'
import { createRowCheckpoints } from '../engine/checkpoints.ts'
import { followTopic, type Following, type Source } from '../engine/follow-topic.ts'
import { eventReading } from '../engine/topic-reading.ts'
import type { Verdicts } from '../engine/run-projection.ts'
import { writeRows } from '../engine/write-rows.ts'
import { createPassed } from './passed.ts'
import { byOwner, playIndexTable, playWriteOf, type PlayEvent } from './play-index-layout.ts'
import { createPlayVerdicts } from './play-verdicts.ts'

/** The index at work, and the verdicts that it gives. */
export type PlayIndex = Following & { readonly verdicts: Verdicts }

/**
 * Counting a play once: follows `playback-events` with a reader and a checkpoint of its own and keeps, per play, the
 * offset of its first record. Written without a read: the lowest offset wins by its stamp.
 */
export const startPlayIndex = (store: RowStore, source: Source): PlayIndex => {
  const checkpoints = createRowCheckpoints(store, playIndexTable.name)
  const passed = createPassed()
  const following = followTopic(
    {
      name: 'play index',
      group: 'play-index-v1',
      reading: eventReading('playback-events', new Set(['TrackPlayed', 'TrackSkipped']), source.codec),
      checkpoints,
      ensure: async () => {
        await store.ensure(playIndexTable)
        await checkpoints.ensure()
      },
      apply: ({ events }) => index(store, events),
      applied: (partition, { watermark }) => passed.set(partition, watermark),
      forget: () => undefined,
      onLost: store.onLost,
    },
    source,
  )
  return { ...following, verdicts: createPlayVerdicts(store, passed) }
}

const index = (store: RowStore, events: readonly RecordedEvent[]): Promise<void> =>
  writeRows(
    store,
    playIndexTable,
    byOwner(events).flatMap((plays) =>
      firstRecordsOf(plays).map((play) => ({
        owner: `${play.meta.streamId}\0${Math.floor(play.data.startedAt / 86_400_000)}`,
        writes: [playWriteOf(play)],
      })),
    ),
  )

/** Of several records of one play in a batch only the first is written, so that a row once read is never lowered. */
const firstRecordsOf = (plays: readonly PlayEvent[]): readonly PlayEvent[] => {
  const firsts = new Map<string, PlayEvent>()
  for (const play of plays) if (!firsts.has(play.data.identity)) firsts.set(play.data.identity, play)
  return [...firsts.values()]
}
