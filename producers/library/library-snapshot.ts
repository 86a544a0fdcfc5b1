import { entriesOf, mapOfSorted, type PersistentMap, sizeOf } from '@reprise/core/persistent-map.ts'
import type { SnapshotCodec } from '@reprise/core/snapshot-codec.ts'
import { type Mark, type Marks, type Shelf, shelves } from './marks.ts'

/** Marks in columns, in the order of their ids. What few of them have is told by their places. */
type ShelfJson = {
  readonly ids: readonly string[]
  readonly at: readonly number[]
  /** Places of the entries that were given up. */
  readonly givenUp: readonly number[]
  readonly lamports: readonly (readonly [place: number, lamport: number])[]
}

type LibraryJson = {
  readonly on: Readonly<Record<Shelf, ShelfJson>>
  readonly forgotten: Marks['forgotten']
}

/** Snapshots of a library as commands see it: at most 150,000 marks, about 50 bytes each before compression. */
export const librarySnapshot: SnapshotCodec<Marks> = {
  version: 1,
  toJson: ({ on, forgotten }): LibraryJson => ({ on: byShelf((shelf) => jsonOf(on[shelf])), forgotten }),
  fromJson: (json) => {
    const { on, forgotten } = json as LibraryJson
    const givenUp = shelves.reduce((sum, shelf) => sum + on[shelf].givenUp.length, 0)
    const kept = byShelf((shelf) => on[shelf].ids.length - on[shelf].givenUp.length)
    return { on: byShelf((shelf) => mapOf(on[shelf])), kept, givenUp, forgotten }
  },
  weightOf: ({ on }) => 1 + shelves.reduce((sum, shelf) => sum + sizeOf(on[shelf]), 0),
}

const byShelf = <Value>(valueOf: (shelf: Shelf) => Value): Readonly<Record<Shelf, Value>> => ({
  likes: valueOf('likes'),
  playlists: valueOf('playlists'),
  artists: valueOf('artists'),
  users: valueOf('users'),
})

const jsonOf = (map: PersistentMap<Mark>): ShelfJson => {
  const entries = [...entriesOf(map)]
  return {
    ids: entries.map(([id]) => id),
    at: entries.map(([, { at }]) => at),
    givenUp: entries.flatMap(([, { isKept }], place) => (isKept ? [] : [place])),
    lamports: entries.flatMap(([, { lamport }], place) =>
      lamport === null ? [] : [[place, lamport] as const],
    ),
  }
}

const mapOf = ({ ids, at, givenUp, lamports }: ShelfJson): PersistentMap<Mark> => {
  const isGivenUp = new Set(givenUp)
  const lamportAt = new Map(lamports)
  return mapOfSorted(
    ids.map((id, place) => [
      id,
      { isKept: !isGivenUp.has(place), at: at[place] ?? 0, lamport: lamportAt.get(place) ?? null },
    ]),
  )
}
