import { setTimeout as pause } from 'node:timers/promises'
import type { RecordedEvent } from '@reprise/core/event.ts'
import type { RowStore } from '@reprise/core/ports/row-store.port.ts'
import { eachBounded } from '../engine/each-bounded.ts'
import { nextWait } from '../engine/patience.ts'
import type { Verdicts } from '../engine/run-projection.ts'
import { createKnownVerdicts } from './known-verdicts.ts'
import type { Passed } from './passed.ts'
import { byOwner, firstOffsetOf, ownerOf, playIndexTable, type PlayEvent } from './play-index-layout.ts'

/** So many plays of one user and day are looked up in one read. */
const lookUpMax = 100
/** A partition that another process indexes is looked at again after this time at the latest. */
const waitMsMax = 250

/**
 * Which plays are the first record of their identity in their partition. The verdict is an offset comparison, so live
 * and rebuild give the same one.
 *
 * No verdict on an offset that the index hasn't passed: a row that names the event's own offset or a lower one shows
 * that it has, for every writer of the index goes in offset order and the lowest offset wins. Where the row isn't
 * there, or names a higher offset, the index is behind (or its store lost a tail): then the whole batch is looked up
 * again later, since what the other rows said was said by the same index.
 */
export const createPlayVerdicts = (store: RowStore, passed: Passed): Verdicts => {
  const known = createKnownVerdicts()
  const isFirst = ({ partition, offset }: RecordedEvent) => known.get(partition, offset)

  return async (events, isCurrent) => {
    const unknown = events.filter((event) => isFirst(event) === undefined)
    const last = unknown.at(-1)
    if (last === undefined) return events.filter(isFirst)
    await passed.wait(last.partition, last.offset, waitMsMax)
    for (let waitMs = 10; isCurrent(); waitMs = Math.min(nextWait(waitMs), waitMsMax)) {
      const firsts = await lookUp(store, unknown as readonly PlayEvent[])
      if (firsts !== undefined) {
        for (const event of unknown) known.set(event.partition, event.offset, firsts.has(event))
        const wanted = new Set(unknown)
        return events.filter((event) => (wanted.has(event) ? firsts.has(event) : isFirst(event)))
      }
      await pause(waitMs)
    }
    return []
  }
}

/** The first records among the plays; undefined when the index can't tell of all of them yet. */
const lookUp = async (
  store: RowStore,
  events: readonly PlayEvent[],
): Promise<ReadonlySet<RecordedEvent> | undefined> => {
  const firsts = new Set<RecordedEvent>()
  let unknown = 0
  await eachBounded(piecesOf(events), async (plays) => {
    const rows = await store.read(playIndexTable, {
      partition: ownerOf(plays[0] as PlayEvent),
      in: [...new Set(plays.map(({ data }) => data.identity))],
    })
    const first = new Map(rows.map((row) => [row['identity'], firstOffsetOf(row)]))
    for (const play of plays) {
      const offset = first.get(play.data.identity)
      if (offset === undefined || offset > play.offset) unknown++
      else if (offset === play.offset) firsts.add(play)
    }
  })
  return unknown > 0 ? undefined : firsts
}

const piecesOf = (events: readonly PlayEvent[]): readonly (readonly PlayEvent[])[] =>
  byOwner(events).flatMap((plays) =>
    Array.from({ length: Math.ceil(plays.length / lookUpMax) }, (_, at) =>
      plays.slice(at * lookUpMax, (at + 1) * lookUpMax),
    ),
  )
