import type { Album, Artist, Entity, Referred, Track } from '@reprise/core/catalogue/entity.ts'
import type { Catalogue, Release } from '@reprise/cli/catalogue/catalogue-rows.ts'

/** Entities as the view of the catalogue has them after its events were folded. */
export type Entities = { readonly all: readonly Entity[]; readonly referred: Referred }

/** The entities that loading a catalogue brings about. */
export const entitiesOf = (catalogue: Catalogue): Entities => {
  const artists = new Map(catalogue.artists.map((row) => [row.id, artistOf(row)]))
  const albums = new Map(catalogue.albums.map((row) => [row.id, albumOf(row)]))
  return {
    all: [...artists.values(), ...albums.values(), ...catalogue.tracks.map(trackOf)],
    referred: {
      artist: (id) => artists.get(id)?.facts ?? undefined,
      album: (id) => albums.get(id)?.facts ?? undefined,
    },
  }
}

/** What an entity is called. */
export const nameOf = (entity: Entity): string =>
  (entity.kind === 'track' ? entity.facts?.title : entity.facts?.name) ?? ''

const neverPlayed = -1

const artistOf = ({ id, name, country = '' }: Catalogue['artists'][number]): Artist => ({
  kind: 'artist',
  id,
  popularity: neverPlayed,
  facts: { name, country: country || null, born: null, status: null },
})

const albumOf = ({ id, name, artistId }: Catalogue['albums'][number]): Album => ({
  kind: 'album',
  id,
  popularity: neverPlayed,
  facts: { name, artistId },
})

const trackOf = ({ id, title, albumId, artistIds, ...row }: Catalogue['tracks'][number]): Track => ({
  kind: 'track',
  id,
  popularity: neverPlayed,
  artists: artistIds.map((artistId, at) => ({ at, artistId })),
  facts: {
    kind: 'song',
    title,
    albumId,
    durationMs: row.durationMs ?? null,
    released: row.release ? releasedOf(row.release) : null,
    isrc: null,
    genres: row.genres ?? [],
  },
})

const releasedOf = ({ day, precision }: Release): string =>
  day.slice(0, { year: 4, month: 7, day: 10 }[precision])
