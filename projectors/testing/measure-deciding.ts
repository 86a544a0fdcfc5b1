import { v5 } from 'uuid'
import type { RowStore } from '@reprise/core/ports/row-store.port.ts'
import { decidePlays } from '../play-index/decide-plays.ts'
import { createKnownVerdicts } from '../play-index/known-verdicts.ts'
import { createOpenPlays } from '../play-index/open-plays.ts'
import type { PlayEvent } from '../play-index/play-index-layout.ts'
import { createPlayMemory } from '../play-index/play-memory.ts'
import { playOf, recordedAround } from './playback-history.ts'

/** How fast plays are decided in memory, with no store behind it. */
export type Deciding = {
  readonly playsPerSecond: number
  readonly bytesPerPlay: number
  /** Plays that would have been looked up. */
  readonly lookedUp: number
}

const batch = 2_000
const namespace = '6f1c5a52-8d0f-4bb1-9d6f-0c1f5a3b7e10'

/** Decides so many fresh plays of one partition, batch by batch, as the index does. For benches. */
export const measureDeciding = async (plays: number): Promise<Deciding> => {
  const memory = createPlayMemory()
  const known = createKnownVerdicts()
  const open = createOpenPlays()
  let [lookedUp, ms] = [0, 0]
  memory.resume(0, 0)
  for (let from = 0; from < plays; from += batch) {
    const events = Array.from({ length: batch }, (_, at) => playEventOf(from + at))
    const startedAt = performance.now()
    const isFirst = await decidePlays(events, {
      store: emptyStore,
      memory,
      known,
      open,
      onLookUp: (count) => (lookedUp += count),
    })
    for (const { offset, recordedAt, data } of events.filter((_play, at) => isFirst[at])) {
      known.add(0, offset, true)
      memory.add(0, { identity: data.identity, recordedAt })
    }
    ms += performance.now() - startedAt
  }
  return { playsPerSecond: (plays / ms) * 1_000, bytesPerPlay: memory.bytes() / plays, lookedUp }
}

const playEventOf = (offset: number): PlayEvent =>
  ({
    type: 'TrackPlayed',
    partition: 0,
    offset,
    recordedAt: recordedAround + offset,
    data: playOf(v5(String(offset), namespace)),
  }) as unknown as PlayEvent

const emptyStore = { read: () => Promise.resolve([]) } as unknown as RowStore
