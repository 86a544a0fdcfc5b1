import type { Random } from '@reprise/projectors/testing/random.ts'
import type { Statement } from './catalogue-database.ts'

const put: Readonly<Record<'artist' | 'album' | 'track' | 'credit', string>> = {
  artist: `INSERT INTO artist (id, name, country) VALUES ($1, $2, $3)
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, country = excluded.country`,
  album: `INSERT INTO album (id, name, artist_id) VALUES ($1, $2, $3)
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, artist_id = excluded.artist_id`,
  track: `INSERT INTO track (id, title, album_id, duration_ms, released, release_precision, genres)
    VALUES ($1, $2, $3, $4, '2001-01-01', 'year', $5)
    ON CONFLICT (id) DO UPDATE SET title = excluded.title, album_id = excluded.album_id`,
  credit: 'INSERT INTO track_artist (track_id, position, artist_id) VALUES ($1, $2, $3)',
}

/** So many of each; all of a kind are there at the start but for the tracks, which come and go. */
export const counts = { artists: 60, albums: 120, tracks: 1_500 } as const

/** Statements that make the artists and albums. */
export const foundations = (): readonly Statement[] => [
  ...range(counts.artists).map((n): Statement => [put.artist, [`artist-${n}`, `Artist ${n}`, 'NL']]),
  ...range(counts.albums).map((n): Statement => [put.album, [`album-${n}`, `Album ${n}`, null]]),
]

/** A track with its artists, whatever was there before. */
export const putTrack = (
  id: string,
  { title, album, artists }: { title: string; album: string | null; artists: readonly string[] },
): readonly Statement[] => [
  [put.track, [id, title, album, 180_000, ['pop']]],
  ['DELETE FROM track_artist WHERE track_id = $1', [id]],
  ...artists.map((artist, position): Statement => [put.credit, [id, position, artist]]),
]

/** One transaction of the catalogue team; what it says is the same when it is done twice. */
export const randomTransaction = (random: Random, count: number): readonly Statement[] => {
  const one = (kind: 'artist' | 'album' | 'track') => `${kind}-${random.below(counts[`${kind}s`])}`
  const change = (at: number): readonly Statement[] => {
    const luck = random.below(20)
    const name = `${count}.${at}`
    if (luck < 3) return [[put.artist, [one('artist'), `Artist ${name}`, random.pick(['NL', 'BE', null])]]]
    if (luck < 5) return [[put.album, [one('album'), `Album ${name}`, random.pick([one('artist'), null])]]]
    if (luck < 8) return [['DELETE FROM track WHERE id = $1', [one('track')]]]
    if (luck < 11)
      return [
        ['UPDATE track SET album_id = $2 WHERE id = $1', [one('track'), random.pick([one('album'), null])]],
      ]
    const artists = [...new Set([one('artist'), one('artist'), one('artist')])].slice(0, random.below(4))
    return putTrack(one('track'), { title: `Track ${name}`, album: one('album'), artists })
  }
  return range(1 + random.below(5)).flatMap(change)
}

const range = (length: number): readonly number[] => Array.from({ length }, (_, at) => at)
