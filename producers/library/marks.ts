import { drop, entriesOf, findIn, type PersistentMap, put, sizeOf } from '@reprise/core/persistent-map.ts'

/** What a user keeps: tracks that they like, and playlists, artists and users that they follow. */
export type Shelf = 'likes' | 'playlists' | 'artists' | 'users'

/** The shelves, in the order of the API. */
export const shelves: readonly Shelf[] = ['likes', 'playlists', 'artists', 'users']

/** Two clocks: when something happened as its client claims, milliseconds since 1970 UTC, and the device's Lamport clock. */
export type Clocks = { readonly at: number; readonly lamport: number | null }

/**
 * What stands of one entry: whether it is kept, and the highest clocks that were accepted for it. One that was given up
 * leaves a mark too: it holds off whatever was done before and arrives later.
 */
export type Mark = Clocks & { readonly isKept: boolean }

/** The highest clocks of entries, by shelf and id. */
export type ByEntry = Readonly<Record<Shelf, PersistentMap<Clocks>>>

/**
 * All marks of a user. Never changes: a new mark gives new marks, which share nearly everything with the old ones.
 * Entries that were given up are forgotten past {@link givenUpMax}, the oldest first; then `forgotten` stands for all of
 * them, so that what they held off is held off for ever.
 */
export type Marks = { readonly kept: ByEntry; readonly givenUp: ByEntry; readonly forgotten: Clocks }

/** How many given up entries have marks of their own. */
export const givenUpMax = 20_000

/** A value for each shelf. */
export const byShelf = <Value>(valueOf: (shelf: Shelf) => Value): Readonly<Record<Shelf, Value>> => ({
  likes: valueOf('likes'),
  playlists: valueOf('playlists'),
  artists: valueOf('artists'),
  users: valueOf('users'),
})

/** Before anything happened. */
export const noMarks: Marks = {
  kept: byShelf(() => undefined),
  givenUp: byShelf(() => undefined),
  forgotten: { at: -1, lamport: null },
}

/** How many entries of all shelves have marks here. */
export const countOf = (entries: ByEntry): number =>
  shelves.reduce((sum, shelf) => sum + sizeOf(entries[shelf]), 0)

/** Where an entry has its place. */
export type Place = { readonly shelf: Shelf; readonly id: string }

/** What stands of an entry: its own mark, or what is known of all that have none. */
export const standingOf = ({ kept, givenUp, forgotten }: Marks, { shelf, id }: Place): Mark => {
  const own = findIn(kept[shelf], id)
  return own ? { isKept: true, ...own } : { isKept: false, ...(findIn(givenUp[shelf], id) ?? forgotten) }
}

/** The marks with this one on its entry. Clocks never go back, so what was held off once stays held off. */
export const withMark = (marks: Marks, { shelf, id }: Place, { isKept, ...clocks }: Mark): Marks => {
  const highest = laterOf(clocks, standingOf(marks, { shelf, id }))
  const withIt = (entries: ByEntry): ByEntry => ({ ...entries, [shelf]: put(entries[shelf], id, highest) })
  const without = (entries: ByEntry): ByEntry => ({ ...entries, [shelf]: drop(entries[shelf], id) })
  const { kept, givenUp, forgotten } = marks
  return isKept
    ? { kept: withIt(kept), givenUp: without(givenUp), forgotten }
    : forgetting({ kept: without(kept), givenUp: withIt(givenUp), forgotten })
}

/** Clocks that are behind neither of the two. */
const laterOf = (one: Clocks, other: Clocks): Clocks => ({
  at: Math.max(one.at, other.at),
  lamport:
    one.lamport === null || other.lamport === null
      ? (one.lamport ?? other.lamport)
      : Math.max(one.lamport, other.lamport),
})

/** Past the bound the older half goes at once, so that the cost of looking through them all is seldom paid. */
const forgetting = (marks: Marks): Marks => {
  const count = countOf(marks.givenUp)
  if (count <= givenUpMax) return marks
  const oldest = shelves
    .flatMap((shelf) => [...entriesOf(marks.givenUp[shelf])].map(([id, clocks]) => ({ shelf, id, clocks })))
    .sort((one, other) => one.clocks.at - other.clocks.at)
    .slice(0, count - givenUpMax / 2)
  const givenUp = { ...marks.givenUp }
  for (const { shelf, id } of oldest) givenUp[shelf] = drop(givenUp[shelf], id)
  const forgotten = oldest.reduce((highest, { clocks }) => laterOf(highest, clocks), marks.forgotten)
  return { ...marks, givenUp, forgotten }
}
