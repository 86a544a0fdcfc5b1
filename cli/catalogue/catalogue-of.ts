import { unlistedArtistIdOf, unlistedTrackIdOf } from '@reprise/core/identity.ts'
import type { AlbumRow, ArtistRow, Catalogue, TrackRow } from './catalogue-rows.ts'
import { releaseOf } from './catalogue-rows.ts'
import { createNameCounts } from './chosen-name.ts'
import type { FileTrack, RadioSong } from './source-rows.ts'

/** What the files hold. */
export type CatalogueSources = {
  readonly tracks: readonly FileTrack[]
  readonly songs: readonly RadioSong[]
}

/**
 * The catalogue that the files describe:
 * - an artist or album with several names has the one that most tracks give it, of equally frequent ones the first by
 *   code point;
 * - a track without artist ids names its artists exactly: if one known artist alone has that name, it is that one, else
 *   an artist whose id derives from the name. Empty names name nobody;
 * - an album is filed under the first artist that all of its tracks share, if there is one;
 * - a song of the radio whose exact title and first artist no track has becomes a track of its own, with the id that
 *   plays of it carry, and without length and album.
 */
export const catalogueOf = ({ tracks, songs }: CatalogueSources): Catalogue => {
  const artists = artistsOf(tracks)
  const listed = tracks.map((track) => listedTrackOf(track, artists.idsOf(track)))
  const unlisted = unlistedSongsOf(tracks, songs).map((song) =>
    songTrackOf(song, artists.idsOf({ artistIds: [], artistNames: [song.artist] })),
  )
  return {
    artists: byId(artists.rows()),
    albums: byId(albumsOf(tracks, listed)),
    tracks: byId([...new Map([...unlisted, ...listed].map((track) => [track.id, track])).values()]),
  }
}

const byId = <Row extends { readonly id: string }>(rows: readonly Row[]): readonly Row[] =>
  [...rows].sort((a, b) => (a.id < b.id ? -1 : 1))

/** Known artists by id; further ones appear while tracks ask for the ids of their names. */
const artistsOf = (tracks: readonly FileTrack[]) => {
  const counts = createNameCounts()
  for (const { artistIds, artistNames } of tracks)
    for (const [index, id] of artistIds.entries()) counts.count(id, artistNames[index] ?? '')
  const nameOf = new Map(counts.chosen())
  const idsByName = Map.groupBy(nameOf.keys(), (id) => nameOf.get(id) ?? '')
  const idOfName = (name: string): string => {
    const [only, ...others] = idsByName.get(name) ?? []
    if (only !== undefined && others.length === 0) return only
    const id = unlistedArtistIdOf(name)
    nameOf.set(id, name)
    return id
  }
  return {
    idsOf: ({ artistIds, artistNames }: Pick<FileTrack, 'artistIds' | 'artistNames'>): readonly string[] => [
      ...new Set(artistIds.length > 0 ? artistIds : artistNames.filter((name) => name !== '').map(idOfName)),
    ],
    rows: (): readonly ArtistRow[] => [...nameOf].map(([id, name]) => ({ id, name })),
  }
}

const listedTrackOf = (track: FileTrack, artistIds: readonly string[]): TrackRow => {
  const release = releaseOf(track.released)
  return {
    id: track.id,
    title: track.title,
    albumId: track.albumId === '' ? null : track.albumId,
    ...(track.durationMs > 0 ? { durationMs: track.durationMs } : {}),
    ...(release === undefined ? {} : { release }),
    ...(track.genres.length > 0 ? { genres: track.genres } : {}),
    artistIds,
  }
}

const albumsOf = (files: readonly FileTrack[], tracks: readonly TrackRow[]): readonly AlbumRow[] => {
  const names = createNameCounts()
  for (const { albumId, albumName } of files) if (albumId !== '') names.count(albumId, albumName)
  const shared = new Map<string, readonly string[]>()
  for (const { albumId, artistIds } of tracks)
    if (albumId !== null)
      shared.set(albumId, shared.get(albumId)?.filter((id) => artistIds.includes(id)) ?? artistIds)
  return [...names.chosen()].map(([id, name]) => ({ id, name, artistId: shared.get(id)?.[0] ?? null }))
}

const unlistedSongsOf = (tracks: readonly FileTrack[], songs: readonly RadioSong[]): readonly RadioSong[] => {
  const listed = new Set(tracks.map(({ title, artistNames }) => keyOf(title, artistNames[0] ?? '')))
  return songs.filter(({ title, artist }) => title.trim() !== '' && !listed.has(keyOf(title, artist)))
}

const keyOf = (title: string, artist: string): string => JSON.stringify([title, artist])

const songTrackOf = ({ title, artist, year }: RadioSong, artistIds: readonly string[]): TrackRow => {
  const release = releaseOf(year)
  return {
    id: unlistedTrackIdOf(artist, title),
    title,
    albumId: null,
    ...(release === undefined ? {} : { release }),
    artistIds,
  }
}
