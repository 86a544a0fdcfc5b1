import type { Album, Artist, ArtistFacts, Entity, Referred, Track } from '@reprise/core/catalogue/entity.ts'
import { columns, json, text } from '@reprise/core/columns.ts'
import { entityProjection } from '@reprise/core/entity-projection.ts'
import { cassandraTable, stop } from '@reprise/core/projection.ts'

/** Someone or something that is named beside what refers to it. */
export type Named = { readonly id: string; readonly name: string }

/** A track as readers see it. */
export type ShownTrack = Omit<NonNullable<Track['facts']>, 'albumId'> & {
  readonly type: 'track'
  readonly id: string
  readonly artists: readonly Named[]
  readonly album: Named | null
}

/** An artist as readers see it. */
export type ShownArtist = ArtistFacts & { readonly type: 'artist'; readonly id: string }

/** An album as readers see it. */
export type ShownAlbum = {
  readonly type: 'album'
  readonly id: string
  readonly name: string
  readonly artist: Named | null
}

/**
 * The catalogue by entity id (`track/…`, `artist/…`, `album/…`), each shown with the names of what it refers to: an
 * artist's new name stands on all of their tracks.
 */
export const catalogue = entityProjection({
  name: 'catalogue',
  version: 2,
  from: 'catalogue-changes',
  row: columns({
    entity: text(),
    shown: json<ShownTrack | ShownArtist | ShownAlbum>({ type: 'object' }),
  }),
  store: cassandraTable({ partitionKey: ['entity'] }),
  show: (entity, referred) => {
    const shown = shownOf(entity, referred)
    return shown && { entity: `${entity.kind}/${entity.id}`, shown }
  },
  onFailure: stop(),
})

const shownOf = (entity: Entity, referred: Referred): ShownTrack | ShownArtist | ShownAlbum | null => {
  switch (entity.kind) {
    case 'track':
      return trackOf(entity, referred)
    case 'artist':
      return artistOf(entity)
    case 'album':
      return albumOf(entity, referred)
  }
}

const trackOf = ({ id, facts, artists }: Track, { artist, album }: Referred): ShownTrack | null => {
  if (facts === null) return null
  const { albumId, ...rest } = facts
  return {
    type: 'track',
    id,
    ...rest,
    artists: artists.flatMap(({ artistId }) => named(artistId, artist(artistId))),
    album: (albumId !== null && named(albumId, album(albumId))[0]) || null,
  }
}

const artistOf = ({ id, facts }: Artist): ShownArtist | null => facts && { type: 'artist', id, ...facts }

const albumOf = ({ id, facts }: Album, { artist }: Referred): ShownAlbum | null =>
  facts && {
    type: 'album',
    id,
    name: facts.name,
    artist: (facts.artistId !== null && named(facts.artistId, artist(facts.artistId))[0]) || null,
  }

const named = (id: string, facts: { readonly name: string } | undefined): readonly Named[] =>
  facts ? [{ id, name: facts.name }] : []
