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
export type Marks = {
  readonly kept: ByEntry
  readonly givenUp: ByEntry
  readonly forgotten: Clocks
  /** What the ids of both take in a snapshot, see {@link idBytesOf}. */
  readonly idBytes: { readonly kept: number; readonly givenUp: number }
}

/** How many given up entries have marks of their own, and how long all their ids may be. */
export const givenUpMax = { entries: 20_000, idBytes: 2_500_000 }

/** What an id takes in a snapshot: a user's may be hundreds of bytes long. */
export const idBytesOf = (id: string): number => Buffer.byteLength(JSON.stringify(id)) + 1

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
  idBytes: { kept: 0, givenUp: 0 },
}

/** What the ids of all shelves take in a snapshot. O(n). */
export const idBytesIn = (entries: ByEntry): number => {
  let bytes = 0
  for (const shelf of shelves) for (const [id] of entriesOf(entries[shelf])) bytes += idBytesOf(id)
  return bytes
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
  const { kept, givenUp, forgotten, idBytes } = marks
  const withIt = (entries: ByEntry): ByEntry => ({ ...entries, [shelf]: put(entries[shelf], id, highest) })
  const without = (entries: ByEntry): ByEntry => ({ ...entries, [shelf]: drop(entries[shelf], id) })
  const bytes = (entries: ByEntry): number => (findIn(entries[shelf], id) === undefined ? 0 : idBytesOf(id))
  const next = isKept
    ? { kept: withIt(kept), givenUp: without(givenUp), forgotten }
    : { kept: without(kept), givenUp: withIt(givenUp), forgotten }
  return forgetting({
    ...next,
    idBytes: {
      kept: idBytes.kept + bytes(next.kept) - bytes(kept),
      givenUp: idBytes.givenUp + bytes(next.givenUp) - bytes(givenUp),
    },
  })
}

/** Clocks that are behind neither of the two. */
const laterOf = (one: Clocks, other: Clocks): Clocks => ({
  at: Math.max(one.at, other.at),
  lamport:
    one.lamport === null || other.lamport === null
      ? (one.lamport ?? other.lamport)
      : Math.max(one.lamport, other.lamport),
})

/** Past the bounds the older half goes at once, so that the cost of looking through them all is seldom paid. */
const forgetting = (marks: Marks): Marks => {
  const count = countOf(marks.givenUp)
  if (count <= givenUpMax.entries && marks.idBytes.givenUp <= givenUpMax.idBytes) return marks
  const oldest = shelves
    .flatMap((shelf) => [...entriesOf(marks.givenUp[shelf])].map(([id, clocks]) => ({ shelf, id, clocks })))
    .sort((one, other) => one.clocks.at - other.clocks.at)
    .slice(0, count - Math.floor(count / 2))
  const givenUp = { ...marks.givenUp }
  for (const { shelf, id } of oldest) givenUp[shelf] = drop(givenUp[shelf], id)
  const forgotten = oldest.reduce((highest, { clocks }) => laterOf(highest, clocks), marks.forgotten)
  return { ...marks, givenUp, forgotten, idBytes: { ...marks.idBytes, givenUp: idBytesIn(givenUp) } }
}
