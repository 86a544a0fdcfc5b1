import type { Log } from '@reprise/core/ports/log.port.ts'
import type { Logger } from '@reprise/core/ports/logger.port.ts'
import { readRange } from '../engine/read-range.ts'
import type { TopicReading } from '../engine/topic-reading.ts'
import { pageOf, pageOffsets, type PlayEvent } from './play-index-layout.ts'
import type { PlayMemory } from './play-memory.ts'
import type { VerdictPages } from './verdict-pages.ts'

/** Fills a cold memory from the log's tail. Until it is done, plays are looked up. */
export type Warming = {
  /** The next play of a partition; asked for each, it does something where the memory doesn't reach back far enough. */
  readonly from: (play: PlayEvent) => void
  readonly stop: () => void
}

/** See {@link createWarming}. */
export type WarmingOptions = {
  readonly log: Log
  readonly logger: Logger
  readonly reading: TopicReading<PlayEvent>
  readonly memory: PlayMemory
  readonly pages: Pick<VerdictPages, 'read'>
}

/** A fresh play was recorded within ten minutes after its end; two more, since copies may stand a little before that. */
const reachMs = 12 * 60_000
/** A million plays of a partition at most are read once more. */
const pagesMax = 16

/**
 * Reads the last twelve minutes of a partition once more, as the log's time goes, beginning with a page of verdicts whose
 * first play is old enough. One partition after the other, beside the live reading.
 */
export const createWarming = ({ log, logger, reading, memory, pages }: WarmingOptions): Warming => {
  const closing = new AbortController()
  const asked = new Map<number, number>()
  let last: Promise<void> = Promise.resolve()

  const startFor = async (partition: number, before: number, recordedAt: number): Promise<number> => {
    let page = pageOf(Math.max(before - 1, 0))
    for (let looked = 1; looked < pagesMax && page > 0; looked++, page--) {
      const begun = await pages.read(partition, page)
      if (begun !== undefined && begun.beginsAt <= recordedAt - reachMs) break
    }
    return page * pageOffsets
  }
  const warm = async ({ partition, recordedAt }: PlayEvent, before: number): Promise<void> => {
    const from = await startFor(partition, before, recordedAt)
    if (memory.startOf(partition) !== before) return
    const extension = memory.extend(partition, from)
    const range = { topic: reading.topic, partition, from, to: before - 1, signal: closing.signal }
    await readRange(log, range, async (records) => {
      await reading.learn(records)
      for (const { data, recordedAt: at } of reading.eventsOf(partition, records).events)
        extension.add({ identity: data.identity, recordedAt: at })
    })
    extension.done()
  }

  return {
    from: (play) => {
      const { partition, recordedAt } = play
      const before = memory.startOf(partition)
      if (before === undefined || before === 0 || asked.get(partition) === before) return
      asked.set(partition, before)
      if (memory.knowsSince(partition) <= recordedAt - reachMs) return
      last = last
        .then(() => warm(play, before))
        // Colder than it could be, and as right.
        .catch((reason: unknown) =>
          logger.debug({ partition, reason: (reason as Error).message }, 'the play memory stays cold'),
        )
    },
    stop: () => closing.abort(new Error('closing')),
  }
}
