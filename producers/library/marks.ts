import { drop, entriesOf, findIn, type PersistentMap, put } from '@reprise/core/persistent-map.ts'

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

/**
 * All marks of a user. Never changes: a new mark gives new marks, which share nearly everything with the old ones.
 * Entries that were given up are forgotten past {@link givenUpMax}, the oldest first; then `forgotten` stands for all of
 * them, so that what they held off is held off for ever.
 */
export type Marks = {
  readonly on: Readonly<Record<Shelf, PersistentMap<Mark>>>
  readonly kept: Readonly<Record<Shelf, number>>
  readonly givenUp: number
  readonly forgotten: Clocks
}

/** How many given up entries have marks of their own. */
export const givenUpMax = 20_000

/** Before anything happened. */
export const noMarks: Marks = {
  on: { likes: undefined, playlists: undefined, artists: undefined, users: undefined },
  kept: { likes: 0, playlists: 0, artists: 0, users: 0 },
  givenUp: 0,
  forgotten: { at: -1, lamport: null },
}

/** Where an entry has its place. */
export type Place = { readonly shelf: Shelf; readonly id: string }

/** What stands of an entry: its own mark, or what is known of all that have none. */
export const standingOf = (marks: Marks, { shelf, id }: Place): Mark =>
  findIn(marks.on[shelf], id) ?? { isKept: false, ...marks.forgotten }

/** The marks with this one on its entry. Clocks never go back, so what was held off once stays held off. */
export const withMark = (marks: Marks, place: Place, mark: Mark): Marks => {
  const { shelf, id } = place
  const own = findIn(marks.on[shelf], id)
  const next = { isKept: mark.isKept, ...laterOf(mark, standingOf(marks, place)) }
  const kept = marks.kept[shelf] + Number(mark.isKept) - Number(own?.isKept ?? false)
  return forgetting({
    ...marks,
    on: { ...marks.on, [shelf]: put(marks.on[shelf], id, next) },
    kept: { ...marks.kept, [shelf]: kept },
    givenUp: marks.givenUp + Number(!mark.isKept) - Number(own !== undefined && !own.isKept),
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

/** Past the bound the older half goes at once, so that the cost of looking through all marks is seldom paid. */
const forgetting = (marks: Marks): Marks => {
  if (marks.givenUp <= givenUpMax) return marks
  const oldest = shelves
    .flatMap((shelf) => givenUpOn(marks, shelf))
    .sort((one, other) => one.mark.at - other.mark.at)
    .slice(0, marks.givenUp - givenUpMax / 2)
  const on = { ...marks.on }
  for (const { shelf, id } of oldest) on[shelf] = drop(on[shelf], id)
  const forgotten = oldest.reduce((clocks: Clocks, { mark }) => laterOf(clocks, mark), marks.forgotten)
  return { ...marks, on, givenUp: marks.givenUp - oldest.length, forgotten }
}

const givenUpOn = (marks: Marks, shelf: Shelf): readonly (Place & { readonly mark: Mark })[] =>
  [...entriesOf(marks.on[shelf])].flatMap(([id, mark]) => (mark.isKept ? [] : [{ shelf, id, mark }]))
