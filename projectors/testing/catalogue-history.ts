import { codec } from './codec.ts'
import type { WritableLog } from './history-writer.ts'
import type { Random } from './random.ts'

type Row = Readonly<Record<string, unknown>>

/** A change of a row as Debezium would write it. The last commit before it and its own place order it. */
export const rowChange = (
  table: string,
  op: 'c' | 'u' | 'd' | 'r',
  row: Row,
  [lastCommit, own]: readonly [number | null, number],
): Buffer =>
  Buffer.from(
    JSON.stringify({
      op,
      before: op === 'd' ? row : null,
      after: op === 'd' ? null : row,
      source: {
        table,
        snapshot: op === 'r' ? 'true' : 'false',
        sequence: JSON.stringify([lastCommit === null ? null : String(lastCommit), String(own)]),
      },
    }),
  )

const artistOf = (id: string, name: string) => ({ id, name, country: 'NL', born: null, status: null })
const albumOf = (id: string, name: string, artist: string | null) => ({ id, name, artist_id: artist })
const trackOf = (id: string, title: string, album: string | null) => ({
  id,
  kind: 'song',
  title,
  album_id: album,
  duration_ms: 180_000,
  released: 10_957,
  release_precision: 'year',
  isrc: null,
  genres: ['pop'],
})

/**
 * Random lives of a few artists, albums and tracks, in transactions of a few rows; and, unless told otherwise, what a
 * connector delivers again after a crash.
 */
export const writeCatalogueHistory = (
  log: WritableLog,
  random: Random,
  { events, noise = true }: { readonly events: number; readonly noise?: boolean },
): void => {
  const delivered: { readonly key: string; readonly value: Buffer }[] = []
  const append = (key: string, value: Buffer, headers: Readonly<Record<string, string>> = {}) =>
    log.appendAsStranger('catalogue-changes', [{ partition: 0, key, value, headers }])
  let lastCommit = 0
  let place = 0
  const change = (table: string, op: 'c' | 'u' | 'd', row: Row) => {
    const value = rowChange(table, op, row, [lastCommit, ++place])
    delivered.push({ key: table, value })
    append(table, value)
  }
  const id = (kind: string, bound: number) => `${kind}-${random.below(bound)}`

  for (let count = 0; count < events; count++) {
    const act = random.below(10)
    if (act < 2) change('artist', 'u', artistOf(id('artist', 4), `Artist ${count}`))
    else if (act === 2) change('album', 'u', albumOf(id('album', 4), `Album ${count}`, id('artist', 4)))
    else if (act === 3) change(random.pick(['artist', 'album']), 'd', { id: id('artist', 4) })
    else if (act === 4) change('track', 'd', { id: id('track', 12) })
    else if (act < 7)
      change('track', 'u', trackOf(id('track', 12), `Track ${count}`, random.pick([id('album', 4), null])))
    else if (act === 7) change('track_artist', 'd', { track_id: id('track', 12), position: random.below(3) })
    else if (act === 8)
      append('popularity', popularityOf(id('track', 12), random.below(20), count), said(count))
    else {
      const row = { track_id: id('track', 12), position: random.below(3), artist_id: id('artist', 4) }
      change('track_artist', 'c', row)
    }
    if (random.chance(0.4)) lastCommit = ++place
    const again = delivered.slice(-1 - random.below(6), -1)
    if (random.chance(0.05) && noise) for (const { key, value } of again) append(key, value)
  }
}

const said = (count: number) => ({ ce_id: `popularity-${count}`, ce_type: 'PopularityChanged' })

const popularityOf = (id: string, power: number, count: number): Buffer =>
  codec.encode('catalogue-changes', 'PopularityChanged', {
    meta: {
      eventId: `popularity-${count}`,
      commandId: `popularity-${count}`,
      bodyHash: '',
      streamId: `track/${id}`,
      streamVersion: null,
      actorId: 'reprise',
      deviceId: null,
      lamport: null,
      occurredAt: 1_700_000_000_000,
    },
    kind: 'track',
    id,
    power,
  })
