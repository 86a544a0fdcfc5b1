import type { RowStore } from '@reprise/core/ports/row-store.port.ts'
import { eachBounded } from '../engine/each-bounded.ts'
import type { KnownVerdicts } from './known-verdicts.ts'
import type { OpenPlays } from './open-plays.ts'
import { placeOf, playIndexTable, playsOf, type PlayEvent, type Plays } from './play-index-layout.ts'
import type { PlayMemory } from './play-memory.ts'

/** What is asked about plays. */
export type DecideOptions = {
  readonly store: RowStore
  readonly memory: PlayMemory
  readonly known: KnownVerdicts
  /** What was decided of this partition and isn't stored. */
  readonly open: Pick<OpenPlays, 'firstOffsetOf'>
  /** Told how many plays had to be looked up. */
  readonly onLookUp?: (plays: number) => void
}

/** So many plays of one hour are looked up in one read. */
const lookUpMax = 100

/**
 * No copy of a play can have been recorded before its end: a play that ends more than a minute ahead is refused. Another
 * minute for clocks that differ.
 */
const aheadMsMax = 120_000

/**
 * Decides of each of the next plays of a partition whether it is the first record of its identity or a later copy, all
 * plays before them being stored or open. In memory where that reaches back to the earliest moment at which a copy could
 * have been recorded and has nothing like it; otherwise the index is asked.
 */
export const decidePlays = async (
  plays: readonly PlayEvent[],
  { store, memory, known, open, onLookUp }: DecideOptions,
): Promise<readonly boolean[]> => {
  const here = new Set<string>()
  const isFirst: (boolean | undefined)[] = []
  const doubtful: Doubtful[] = []
  for (const [at, play] of plays.entries()) {
    const { identity } = play.data
    const before = here.size
    const isCopy = here.add(identity).size === before
    isFirst[at] = isCopy ? false : (known.isFirst(play.partition, play.offset) ?? newIfSure(play, memory))
    if (isFirst[at] === undefined) doubtful.push({ at, play })
  }
  if (doubtful.length > 0) {
    onLookUp?.(doubtful.length)
    await eachBounded(piecesOf(doubtful), async (piece) => {
      for (const [at, first] of await lookUp(store, open, piece)) isFirst[at] = first
    })
  }
  return isFirst.map((first) => first === true)
}

type Doubtful = { readonly at: number; readonly play: PlayEvent }

const newIfSure = ({ partition, data, recordedAt }: PlayEvent, memory: PlayMemory): true | undefined => {
  const endedAt = data.startedAt + data.msPlayed
  const since = memory.knowsSince(partition)
  // A play that the rule above would have refused proves nothing.
  const reaches = since === -Infinity || (endedAt <= recordedAt + aheadMsMax && endedAt - aheadMsMax > since)
  return reaches && !memory.mayHave(partition, data.identity) ? true : undefined
}

/** A lower offset shows a copy. What was written for this very record may be there already. */
const lookUp = async (
  store: RowStore,
  open: DecideOptions['open'],
  doubtful: readonly Doubtful[],
): Promise<readonly (readonly [at: number, isFirst: boolean])[]> => {
  const [first] = doubtful
  if (first === undefined) return []
  const rows = await store.read(playIndexTable, {
    partition: { partition_: first.play.partition, hour: placeOf(first.play).hour },
    in: [...new Set(doubtful.map(({ play }) => placeOf(play).bucket))],
  })
  const stored = new Map<string, number>()
  for (const row of rows) keepLowest(stored, playsOf(row))
  return doubtful.map(({ at, play }) => {
    const offsets = [stored.get(play.data.identity), open.firstOffsetOf(play)]
    return [at, offsets.every((offset = Infinity) => offset >= play.offset)]
  })
}

const keepLowest = (offsets: Map<string, number>, plays: Plays): void => {
  for (let at = 0; at < plays.length; at += 2) {
    const [identity, offset] = [plays[at] as string, plays[at + 1] as number]
    offsets.set(identity, Math.min(offset, offsets.get(identity) ?? offset))
  }
}

const piecesOf = (doubtful: readonly Doubtful[]): readonly (readonly Doubtful[])[] =>
  [...Map.groupBy(doubtful, ({ play }) => placeOf(play).hour).values()].flatMap((ofHour) =>
    Array.from({ length: Math.ceil(ofHour.length / lookUpMax) }, (_, at) =>
      ofHour.slice(at * lookUpMax, (at + 1) * lookUpMax),
    ),
  )
