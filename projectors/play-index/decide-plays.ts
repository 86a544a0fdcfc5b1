import type { RowStore } from '@reprise/core/ports/row-store.port.ts'
import { eachBounded } from '../engine/each-bounded.ts'
import type { KnownVerdicts } from './known-verdicts.ts'
import { byOwner, firstOffsetOf, ownerOf, playIndexTable, type PlayEvent } from './play-index-layout.ts'
import type { PlayMemory } from './play-memory.ts'

/** What is asked about plays. */
export type DecideOptions = {
  readonly store: RowStore
  readonly memory: PlayMemory
  readonly known: KnownVerdicts
  /** Told how many plays had to be looked up. */
  readonly onLookUp?: (plays: number) => void
}

/** The plays of a batch, each the first record of its identity or a later copy. */
export type Decided = { readonly firsts: readonly PlayEvent[]; readonly duplicates: readonly PlayEvent[] }

/** So many plays of one hour are looked up in one read. */
const lookUpMax = 100

/**
 * No copy of a play can have been recorded before its end: a play that ends more than a minute ahead is refused. Another
 * minute for clocks that differ.
 */
const aheadMsMax = 120_000

/**
 * Decides the next plays of a partition, all plays before them being stored. In memory where that reaches back to the
 * earliest moment at which a copy could have been recorded and has nothing like it; otherwise the index is asked.
 */
export const decidePlays = async (
  plays: readonly PlayEvent[],
  { store, memory, known, onLookUp }: DecideOptions,
): Promise<Decided> => {
  const here = new Set<string>()
  const isFirst = new Map<PlayEvent, boolean>()
  const doubtful: PlayEvent[] = []
  for (const play of plays) {
    const { identity } = play.data
    const verdict = here.has(identity) ? false : known.isFirst(play.partition, play.offset)
    here.add(identity)
    if (verdict !== undefined) isFirst.set(play, verdict)
    else if (isSurelyNew(play, memory)) isFirst.set(play, true)
    else doubtful.push(play)
  }
  if (doubtful.length > 0) {
    onLookUp?.(doubtful.length)
    await eachBounded(piecesOf(doubtful), async (piece) => {
      for (const [play, first] of await lookUp(store, piece)) isFirst.set(play, first)
    })
  }
  return {
    firsts: plays.filter((play) => isFirst.get(play) === true),
    duplicates: plays.filter((play) => isFirst.get(play) === false),
  }
}

const isSurelyNew = ({ partition, data, recordedAt }: PlayEvent, memory: PlayMemory): boolean => {
  const endedAt = data.startedAt + data.msPlayed
  const since = memory.knowsSince(partition)
  // A play that the rule above would have refused proves nothing.
  const reaches = since === -Infinity || (endedAt <= recordedAt + aheadMsMax && endedAt - aheadMsMax > since)
  return reaches && !memory.mayHave(partition, data.identity)
}

/** A row that names a lower offset shows a copy. The one that was written for this very record may be there already. */
const lookUp = async (store: RowStore, plays: readonly PlayEvent[]) => {
  const rows = await store.read(playIndexTable, {
    partition: ownerOf(plays[0] as PlayEvent),
    in: plays.map(({ data }) => data.identity),
  })
  const offsets = new Map(rows.map((row) => [row['identity'], firstOffsetOf(row)]))
  return plays.map((play) => [play, (offsets.get(play.data.identity) ?? play.offset) >= play.offset] as const)
}

const piecesOf = (plays: readonly PlayEvent[]): readonly (readonly PlayEvent[])[] =>
  byOwner(plays).flatMap((ofOwner) =>
    Array.from({ length: Math.ceil(ofOwner.length / lookUpMax) }, (_, at) =>
      ofOwner.slice(at * lookUpMax, (at + 1) * lookUpMax),
    ),
  )
