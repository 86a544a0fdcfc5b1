import { describe, expect, test } from '@jest/globals'
import { unlistedArtistIdOf, unlistedTrackIdOf } from '@reprise/core/identity.ts'
import { BadRow } from '../demo/edit-row.ts'
import { generateSongs } from '../demo/generated-songs.ts'
import { catalogueOf } from './catalogue-of.ts'
import { releaseOf } from './catalogue-rows.ts'
import { generateCatalogue } from './generate-catalogue.ts'
import { fileTrackOf, radioSongOf, storableOf, type FileTrack } from './source-rows.ts'

const track = (changes: Partial<FileTrack> = {}): FileTrack => ({
  id: 't1',
  title: 'Rain',
  artistIds: ['a1'],
  artistNames: ['Kumo'],
  albumId: 'al1',
  albumName: 'Weather',
  durationMs: 200_000,
  released: '',
  genres: [],
  ...changes,
})

const only = (tracks: readonly FileTrack[]) => catalogueOf({ tracks, songs: [] })

describe('names', () => {
  test('of several, the most frequent one is chosen', () => {
    const { artists, albums } = only([
      track({ id: 't1', artistNames: ['Thalia'], albumName: 'Luna' }),
      track({ id: 't2', artistNames: ['Thalía'], albumName: 'Luna' }),
      track({ id: 't3', artistNames: ['Thalía'], albumName: 'La Luna' }),
    ])
    expect(artists).toEqual([{ id: 'a1', name: 'Thalía' }])
    expect(albums).toEqual([{ id: 'al1', name: 'Luna', artistId: 'a1' }])
  })

  test('of equally frequent ones, the first by code point, also beyond the basic plane', () => {
    const { artists } = only([
      track({ id: 't1', artistNames: ['\u{1F600}'] }),
      track({ id: 't2', artistNames: ['\uFF21'] }),
    ])
    expect(artists[0]?.name).toBe('\uFF21')
  })

  test('without ids, the exact name of one known artist means that one', () => {
    const { tracks, artists } = only([track(), track({ id: 't2', artistIds: [], artistNames: ['Kumo'] })])
    expect(tracks[1]?.artistIds).toEqual(['a1'])
    expect(artists).toHaveLength(1)
  })

  test.each([
    ['another case', 'KUMO', [track()]],
    ['a name of two artists', 'Kumo', [track(), track({ id: 't3', artistIds: ['a2'] })]],
    [
      'a name that is not the chosen one',
      'Kumo!',
      [track(), track({ id: 't3' }), track({ id: 't4', artistNames: ['Kumo!'] })],
    ],
  ])('without ids, %s is an artist known by name alone', (_what, name, others) => {
    const { tracks, artists } = only([...others, track({ id: 't2', artistIds: [], artistNames: [name] })])
    const id = unlistedArtistIdOf(name)
    expect(tracks.find((one) => one.id === 't2')?.artistIds).toEqual([id])
    expect(artists).toContainEqual({ id, name })
  })

  test('a name that many tracks give without ids is one artist', () => {
    const { tracks, artists } = only([
      track({ id: 't1', artistIds: [], artistNames: ['Nobody'] }),
      track({ id: 't2', artistIds: [], artistNames: ['Nobody', 'Else'] }),
    ])
    const [nobody, other] = [unlistedArtistIdOf('Nobody'), unlistedArtistIdOf('Else')]
    expect(tracks.map(({ artistIds }) => artistIds)).toEqual([[nobody], [nobody, other]])
    expect(artists).toHaveLength(2)
  })

  test('that are empty name nobody, unless an id says who it is', () => {
    const { tracks, artists } = only([
      track({ id: 't1', artistIds: [], artistNames: ['', 'Kumo', ''] }),
      track({ id: 't2', artistIds: ['a2'], artistNames: [''] }),
    ])
    expect(tracks.map(({ artistIds }) => artistIds)).toEqual([[unlistedArtistIdOf('Kumo')], ['a2']])
    expect(artists).toContainEqual({ id: 'a2', name: '' })
    expect(artists).toHaveLength(2)
  })

  test('an artist who is named twice is credited once, at the first place', () => {
    const { tracks } = only([track({ artistIds: ['a2', 'a1', 'a2'], artistNames: ['Two', 'Kumo', 'Two'] })])
    expect(tracks[0]?.artistIds).toEqual(['a2', 'a1'])
  })

  test('a track without title and artists is kept', () => {
    const { tracks, artists } = only([track({ title: '', artistIds: [], artistNames: [] })])
    expect(tracks).toMatchObject([{ id: 't1', title: '', artistIds: [] }])
    expect(artists).toEqual([])
  })
})

describe('albums', () => {
  test('are filed under the first artist that all tracks share', () => {
    const { albums } = only([
      track({ id: 't1', artistIds: ['a1', 'a2'], artistNames: ['One', 'Two'] }),
      track({ id: 't2', artistIds: ['a3', 'a2'], artistNames: ['Three', 'Two'] }),
    ])
    expect(albums[0]?.artistId).toBe('a2')
  })

  test('take the order of the artists from the first track', () => {
    const { albums } = only([
      track({ id: 't1', artistIds: ['a1', 'a2'], artistNames: ['One', 'Two'] }),
      track({ id: 't2', artistIds: ['a2', 'a1'], artistNames: ['Two', 'One'] }),
    ])
    expect(albums[0]?.artistId).toBe('a1')
  })

  test('with a track of nobody are filed under nobody', () => {
    const { albums } = only([track({ id: 't1' }), track({ id: 't2', artistIds: [], artistNames: [] })])
    expect(albums[0]?.artistId).toBeNull()
  })

  test('without an id are none', () => {
    const { albums, tracks } = only([track({ albumId: '', albumName: 'Weather' })])
    expect(albums).toEqual([])
    expect(tracks[0]?.albumId).toBeNull()
  })

  test('of different artists are filed under nobody', () => {
    const { albums } = only([
      track({ id: 't1' }),
      track({ id: 't2', artistIds: ['a2'], artistNames: ['Two'] }),
    ])
    expect(albums[0]?.artistId).toBeNull()
  })
})

describe('tracks', () => {
  test('leave out what the file does not know, so that it stays', () => {
    const { tracks } = only([track({ durationMs: 0, released: '0000', genres: [] })])
    expect(tracks).toEqual([{ id: 't1', title: 'Rain', albumId: 'al1', artistIds: ['a1'] }])
  })

  test('are there once each, in the order of their ids, as are artists and albums', () => {
    const given = ['b', 'B', 'a', 'b'].map((id) =>
      track({ id, artistIds: [`artist-${id}`], albumId: `album-${id}` }),
    )
    const { tracks, artists, albums } = only(given)
    expect(tracks.map(({ id }) => id)).toEqual(['B', 'a', 'b'])
    expect(artists.map(({ id }) => id)).toEqual(['artist-B', 'artist-a', 'artist-b'])
    expect(albums.map(({ id }) => id)).toEqual(['album-B', 'album-a', 'album-b'])
  })
})

describe('songs of the radio', () => {
  const song = { title: 'Rain', artist: 'Kumo', year: '1982' }
  const tracksWith = (songs: readonly (typeof song)[]) => catalogueOf({ tracks: [track()], songs }).tracks

  test('with title and first artist of a track are that track', () => {
    expect(tracksWith([song])).toHaveLength(1)
  })

  test('else become tracks with the id that their plays carry, and their year', () => {
    const [found] = tracksWith([{ ...song, title: 'Snow' }]).filter(({ title }) => title === 'Snow')
    expect(found).toEqual({
      id: unlistedTrackIdOf('Kumo', 'Snow'),
      title: 'Snow',
      albumId: null,
      release: { day: '1982-01-01', precision: 'year' },
      artistIds: ['a1'],
    })
  })

  test('of an unknown artist bring that artist', () => {
    const { artists } = catalogueOf({ tracks: [], songs: [{ ...song, artist: 'Nobody', year: '' }] })
    expect(artists).toEqual([{ id: unlistedArtistIdOf('Nobody'), name: 'Nobody' }])
  })

  test('whose artist is only the second of a track are another track', () => {
    const duet = track({ artistIds: ['a2', 'a1'], artistNames: ['Two', 'Kumo'] })
    expect(catalogueOf({ tracks: [duet], songs: [song] }).tracks).toHaveLength(2)
  })

  test('without a title are nothing', () => {
    expect(tracksWith([{ ...song, title: ' ' }])).toHaveLength(1)
  })
})

test.each([
  ['2019', { day: '2019-01-01', precision: 'year' }],
  ['2019-05', { day: '2019-05-01', precision: 'month' }],
  ['2020-02-29', { day: '2020-02-29', precision: 'day' }],
  ['2019-02-29', undefined],
  ['2019-13', undefined],
  ['0000', undefined],
  ['', undefined],
  ['SONGFACTS.COM', undefined],
])('a release of %j', (text, release) => {
  expect(releaseOf(text)).toEqual(release)
})

describe('records', () => {
  const record = {
    track_id: 't1',
    title: 'Ra\0in\uD800',
    artist_ids: '["a1"]',
    artist_names: '["Ku\\u0000mo"]',
    album_id: 'al1',
    album_name: 'W',
    duration_ms: '1000',
    release_date: '2019',
    genres: '["pop",""]',
  }

  test('lose what PostgreSQL can not keep', () => {
    expect(fileTrackOf(record)).toMatchObject({ title: 'Rain\uFFFD', artistNames: ['Kumo'], genres: ['pop'] })
  })

  test.each([
    ['a\uD83D', 'a\uFFFD'],
    ['\uDE00b', '\uFFFDb'],
    ['\uDE00\uD83D', '\uFFFD\uFFFD'],
    ['\u{1F600}', '\u{1F600}'],
    ['\0\0', ''],
    ['\u0001\t', '\u0001\t'],
  ])('keep of %j what is text to PostgreSQL', (given, kept) => {
    expect(storableOf(given)).toBe(kept)
  })

  test.each([
    { track_id: '' },
    { track_id: 'a b' },
    { track_id: 'x'.repeat(65) },
    { artist_ids: '["a1","a2"]' },
    { artist_ids: 'a1' },
    { genres: '{}' },
    { genres: '["pop"' },
    { duration_ms: '3:20' },
    { duration_ms: '-1' },
    { duration_ms: '1.5' },
  ])('that make no sense are refused: %j', (wrong) => {
    expect(() => fileTrackOf({ ...record, ...wrong })).toThrow(BadRow)
  })

  test('without the columns of a catalogue are refused with their names', () => {
    const { genres: _genres, title: _title, ...rest } = record
    expect(() => fileTrackOf(rest)).toThrow(/title, genres missing/)
    expect(() => radioSongOf(record)).toThrow(BadRow)
  })

  test('of songs are read from lists and from plays', () => {
    expect(radioSongOf({ 'Song Clean': 'Rain', 'ARTIST CLEAN': 'Kumo', 'Release Year': '1982' })).toEqual({
      title: 'Rain',
      artist: 'Kumo',
      year: '1982',
    })
    expect(radioSongOf({ song: 'Rain', artist: 'Kumo' })).toEqual({ title: 'Rain', artist: 'Kumo', year: '' })
  })
})

test('the generated catalogue is the same in every run and refers to what it holds', () => {
  const catalogue = generateCatalogue(generateSongs())
  expect(generateCatalogue(generateSongs())).toEqual(catalogue)
  const artists = new Set(catalogue.artists.map(({ id }) => id))
  const albums = new Set(catalogue.albums.map(({ id }) => id))
  expect(new Set(catalogue.tracks.map(({ id }) => id)).size).toBe(2_000)
  expect(catalogue.tracks.every(({ artistIds }) => artistIds.every((id) => artists.has(id)))).toBe(true)
  expect(catalogue.tracks.every(({ albumId }) => albums.has(albumId ?? ''))).toBe(true)
  expect(new Set(catalogue.tracks.map(({ release }) => release?.precision)).size).toBe(3)
})
