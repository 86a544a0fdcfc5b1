import { unlistedArtistIdOf, unlistedTrackIdOf } from '@reprise/core/identity.ts'
import type { GeneratedSong } from '../demo/generated-songs.ts'
import type { Catalogue, Release, TrackRow } from './catalogue-rows.ts'

/** Where the generated artists come from. */
const countries: Readonly<Record<string, string>> = {
  'The Lanterns': 'GB',
  'Mara Vale': 'US',
  Ødegård: 'NO',
  'Los Faros': 'ES',
  'DJ Kestrel': 'DE',
  'Ana & the Tides': 'PT',
  Kumo: 'JP',
  'Velvet Tram': 'CZ',
}
const genres = ['pop', 'rock', 'rap', 'latin', 'edm', 'r&b']
const songsPerAlbum = 10

/** The catalogue of the generated songs: the same in every run, every artist with albums of ten songs. */
export const generateCatalogue = (songs: readonly GeneratedSong[]): Catalogue => {
  const byArtist = Map.groupBy(songs, ({ artist }) => artist)
  const artists = [...byArtist.keys()].map((name) => ({
    id: unlistedArtistIdOf(name),
    name,
    ...(countries[name] === undefined ? {} : { country: countries[name] }),
  }))
  const placed = [...byArtist].flatMap(([artist, theirs]) =>
    theirs.map((song, index) => ({ song, album: albumOf(artist, Math.floor(index / songsPerAlbum)) })),
  )
  return {
    artists,
    albums: [...new Map(placed.map(({ album }) => [album.id, album])).values()],
    tracks: placed.map(({ song, album }, index) => trackOf(song, album.id, index)),
  }
}

const albumOf = (artist: string, index: number) => {
  const name = `${artist}, Vol. ${index + 1}`
  return { id: unlistedTrackIdOf(artist, `album ${name}`), name, artistId: unlistedArtistIdOf(artist) }
}

const trackOf = ({ trackId, title, artist }: GeneratedSong, albumId: string, index: number): TrackRow => ({
  id: trackId,
  title,
  albumId,
  durationMs: 120_000 + ((index * 7_919) % 180_000),
  release: releaseAt(index),
  genres: [genres[index % genres.length] ?? 'pop'],
  artistIds: [unlistedArtistIdOf(artist)],
})

/** All three precisions occur. */
const releaseAt = (index: number): Release => {
  const year = 1960 + (index % 60)
  const month = String(1 + (index % 12)).padStart(2, '0')
  if (index % 3 === 0) return { day: `${year}-01-01`, precision: 'year' }
  if (index % 3 === 1) return { day: `${year}-${month}-01`, precision: 'month' }
  return { day: `${year}-${month}-17`, precision: 'day' }
}
