import { describe, expect, test } from '@jest/globals'
import type { Album, Artist, Track } from '@reprise/core/catalogue/entity.ts'
import { foldedNameOf } from '@reprise/core/search/folded-name.ts'
import { searchDocumentOf } from './search-document.ts'

const adele: Artist = {
  kind: 'artist',
  id: 'a1',
  popularity: 12,
  facts: { name: 'Adele', country: 'GB', born: '1988-05-05', status: 'active' },
}
const album: Album = { kind: 'album', id: 'l1', popularity: 3, facts: { name: '25', artistId: 'a1' } }
const track: Track = {
  kind: 'track',
  id: 't1',
  popularity: 7,
  artists: [
    { at: 0, artistId: 'a1' },
    { at: 1, artistId: 'unknown' },
  ],
  facts: {
    kind: 'song',
    title: 'Hello - Live',
    albumId: 'l1',
    durationMs: 295_000,
    released: '2015-10',
    isrc: null,
    genres: ['pop'],
  },
}
const referred = {
  artist: (id: string) => (id === 'a1' ? (adele.facts ?? undefined) : undefined),
  album: (id: string) => (id === 'l1' ? (album.facts ?? undefined) : undefined),
}

describe('search documents', () => {
  test('a track is joined with its artists and its album, as far as they are there', () => {
    expect(searchDocumentOf(track, referred)).toMatchObject({
      entity: 'track/t1',
      type: 'track',
      title: 'Hello - Live',
      artists: [{ id: 'a1', name: 'Adele' }],
      albumId: 'l1',
      albumName: '25',
      countries: ['GB'],
      genres: ['pop'],
      year: 2015,
      kind: 'song',
      popularity: 7,
      folded: { main: 'hello - live adele', more: '25', base: 'hello', baseCount: 1 },
    })
  })

  test('an artist has a country of its own, an album that of its artist', () => {
    expect(searchDocumentOf(adele, referred)).toMatchObject({
      title: 'Adele',
      artists: [],
      countries: ['GB'],
    })
    expect(searchDocumentOf(album, referred)).toMatchObject({ title: '25', countries: ['GB'], year: null })
  })

  test('what the catalogue does not have is absent', () => {
    expect(searchDocumentOf({ ...track, facts: null }, referred)).toBeNull()
    expect(searchDocumentOf({ ...adele, facts: null }, referred)).toBeNull()
  })
})

describe('folded names', () => {
  const folded = (name: string, artists: readonly string[] = []) =>
    foldedNameOf({ key: 'track/x', rank: 1, name, artists, more: '' })

  test.each([
    ['Hello (feat. X)', 'hello'],
    ['Heroes - 2017 Remaster', 'heroes'],
    ['Havana feat. Young Thug', 'havana'],
    ['(Don’t Fear) The Reaper', 'dont fear the reaper'],
    ['[#]', '[#]'],
    ['- -', '-'],
  ])('%s is %s without its suffix', (name, base) => {
    expect(folded(name).base).toBe(base)
  })

  test('the name and the artists together, either first', () => {
    expect(folded('Hello', ['Adele']).credited).toEqual(['helloadele', 'adelehello'])
  })

  test('a leading article may be left out', () => {
    expect(folded('The Beatles').bases).toContain('beatles')
  })

  test('nothing grows with the length of a name beyond measure', () => {
    const { exact, names, credited } = folded(
      'long '.repeat(1_000),
      Array.from({ length: 100 }, () => 'x'),
    )
    expect(exact.length + names.join('').length + credited.join('').length).toBeLessThan(2_000)
  })
})
