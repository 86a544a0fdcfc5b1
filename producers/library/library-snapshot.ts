import { entriesOf, mapOfSorted, type PersistentMap } from '@reprise/core/persistent-map.ts'
import type { SnapshotCodec } from '@reprise/core/snapshot-codec.ts'
import { byShelf, type Clocks, countOf, type Marks, type Shelf } from './marks.ts'

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

/** Snapshots of a library as commands see it: at most 150,000 entries, about 60 bytes each before compression. */
export const librarySnapshot: SnapshotCodec<Marks> = {
  version: 1,
  toJson: ({ kept, givenUp, forgotten }): LibraryJson => ({
    kept: byShelf((shelf) => jsonOf(kept[shelf])),
    givenUp: byShelf((shelf) => jsonOf(givenUp[shelf])),
    forgotten,
  }),
  fromJson: (json) => {
    const { kept, givenUp, forgotten } = json as LibraryJson
    return {
      kept: byShelf((shelf) => mapOf(kept[shelf])),
      givenUp: byShelf((shelf) => mapOf(givenUp[shelf])),
      forgotten,
    }
  },
  bytesOf: ({ kept, givenUp }) => besideBytes + entryBytes * (countOf(kept) + countOf(givenUp)),
}

/** As V8 keeps them: what every library has, an entry with its id, its clocks and its place in the tree. */
const [besideBytes, entryBytes] = [800, 200]

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
