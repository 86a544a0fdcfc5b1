import { entriesOf, mapOfSorted, type PersistentMap } from '@reprise/core/persistent-map.ts'
import type { SnapshotCodec } from '@reprise/core/snapshot-codec.ts'
import { byShelf, type Clocks, countOf, idBytesIn, type Marks, type Shelf } from './marks.ts'

/** Entries in columns, in the order of their ids. Few have a Lamport clock: it is told by their place. */
type EntriesJson = {
  readonly ids: readonly string[]
  readonly at: readonly number[]
  readonly lamports: readonly (readonly [place: number, lamport: number])[]
}

type LibraryJson = {
  readonly kept: Readonly<Record<Shelf, EntriesJson>>
  readonly givenUp: Readonly<Record<Shelf, EntriesJson>>
  readonly forgotten: Clocks
}

/**
 * Snapshots of a library as commands see it: at most 150,000 entries, about 60 bytes each before compression, and never
 * the 16 MiB that Cassandra takes in one row, since what ids may take is bounded.
 */
export const librarySnapshot: SnapshotCodec<Marks> = {
  version: 1,
  toJson: ({ kept, givenUp, forgotten }): LibraryJson => ({
    kept: byShelf((shelf) => jsonOf(kept[shelf])),
    givenUp: byShelf((shelf) => jsonOf(givenUp[shelf])),
    forgotten,
  }),
  fromJson: (json) => {
    const stored = json as LibraryJson
    const kept = byShelf((shelf) => mapOf(stored.kept[shelf]))
    const givenUp = byShelf((shelf) => mapOf(stored.givenUp[shelf]))
    const idBytes = { kept: idBytesIn(kept), givenUp: idBytesIn(givenUp) }
    return { kept, givenUp, forgotten: stored.forgotten, idBytes }
  },
  bytesOf: ({ kept, givenUp, idBytes }) =>
    besideBytes + entryBytes * (countOf(kept) + countOf(givenUp)) + idBytes.kept + idBytes.givenUp,
}

/** As V8 keeps them: what every library has, and beside its id an entry with its clocks and its place in the tree. */
const [besideBytes, entryBytes] = [800, 175]

const jsonOf = (map: PersistentMap<Clocks>): EntriesJson => {
  const entries = [...entriesOf(map)]
  return {
    ids: entries.map(([id]) => id),
    at: entries.map(([, { at }]) => at),
    lamports: entries.flatMap(([, { lamport }], place) =>
      lamport === null ? [] : [[place, lamport] as const],
    ),
  }
}

const mapOf = ({ ids, at, lamports }: EntriesJson): PersistentMap<Clocks> => {
  const lamportAt = new Map(lamports)
  return mapOfSorted(
    ids.map((id, place) => [id, { at: at[place] ?? 0, lamport: lamportAt.get(place) ?? null }]),
  )
}
