import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { openClient, prepareDatabase, withClient } from '@reprise/connect/database.ts'
import { namesOf } from '@reprise/connect/names.ts'
import { settingsOf } from '@reprise/connect/settings.ts'
import type { Client } from 'pg'
import { generateSongs } from '../demo/generated-songs.ts'
import type { Catalogue, TrackRow } from './catalogue-rows.ts'
import { generateCatalogue } from './generate-catalogue.ts'
import { loadCatalogue, type Loaded } from './load-catalogue.ts'
import { RowRefused } from './write-catalogue.ts'

/** A database of this test's own on the real PostgreSQL; nothing of it is left behind. */
const { database } = namesOf(
  settingsOf({ ...process.env, REPRISE_NAMESPACE: `load_${randomUUID().slice(0, 8)}` }),
)
const name = new URL(database).pathname.slice(1)
const patienceMs = 120_000
const generated = generateCatalogue(generateSongs())
const counts = { artists: 8, albums: generated.albums.length, tracks: 2_000, credits: 2_000 }
const nothing = { artists: 0, albums: 0, tracks: 0, credits: 0 }
let client: Client

beforeAll(async () => {
  await prepareDatabase(database)
  client = await openClient(database)
}, patienceMs)

beforeEach(() => client.query('DELETE FROM track; DELETE FROM album; DELETE FROM artist'))

afterAll(async () => {
  await client.end()
  const server = new URL(database)
  server.pathname = '/postgres'
  await withClient(server.href, (admin) => admin.query(`DROP DATABASE "${name}" WITH (FORCE)`))
}, patienceMs)

const load = (catalogue: Catalogue = generated): Promise<Loaded> =>
  loadCatalogue({ database, source: { description: 'test', read: () => Promise.resolve(catalogue) } })

const rowsOf = async (query: string): Promise<readonly unknown[]> =>
  (await client.query(query)).rows as readonly unknown[]

/** As the catalogue states them. */
const readCatalogue = async () => ({
  artists: await rowsOf('SELECT id, name, country FROM artist ORDER BY id'),
  albums: await rowsOf('SELECT id, name, artist_id AS "artistId" FROM album ORDER BY id'),
  tracks: await rowsOf(`
    SELECT id, title, album_id AS "albumId", duration_ms AS "durationMs", genres,
      jsonb_build_object('day', released, 'precision', release_precision) AS release,
      ARRAY(SELECT artist_id FROM track_artist WHERE track_id = id ORDER BY position) AS "artistIds"
    FROM track ORDER BY id`),
})

const byId = <Row extends { readonly id: string }>(rows: readonly Row[]): readonly Row[] =>
  rows.toSorted((a, b) => (a.id < b.id ? -1 : 1))

const expectAll = async ({ artists, albums, tracks }: Catalogue = generated): Promise<void> => {
  expect(await readCatalogue()).toEqual({
    artists: byId(artists),
    albums: byId(albums),
    tracks: byId(tracks),
  })
}

/** Which transaction wrote each row and where it lies, and which one locked it last. */
const marks = (): Promise<readonly unknown[]> =>
  rowsOf(
    ['artist', 'album', 'track', 'track_artist']
      .map((table) => `SELECT tableoid::regclass::text, ctid::text, xmin::text, xmax::text FROM ${table}`)
      .join(' UNION ALL ')
      .concat(' ORDER BY 1, 2'),
  )

test(
  'a load brings what the source states, and a second one does not touch a row',
  async () => {
    expect((await load()).written).toEqual(counts)
    await expectAll()
    const before = await marks()
    expect((await load()).written).toEqual(nothing)
    expect(await marks()).toEqual(before)
  },
  patienceMs,
)

test(
  'what the source states is set back, what it does not state stays',
  async () => {
    await load()
    const [track, other] = generated.tracks as readonly [TrackRow, TrackRow]
    const [artist] = generated.artists
    await client.query(
      `UPDATE artist SET name = 'Renamed', born = '1970-01-01', status = 'active' WHERE id = $1`,
      [artist?.id],
    )
    await client.query(
      `UPDATE track SET title = 'Retitled', isrc = 'SEABC1234567', kind = 'episode' WHERE id = $1`,
      [track.id],
    )
    await client.query(`UPDATE track_artist SET artist_id = $2 WHERE track_id = $1`, [
      track.id,
      generated.artists.at(-1)?.id,
    ])
    await client.query(`INSERT INTO track_artist VALUES ($1, 1, $2)`, [track.id, track.artistIds[0]])
    await client.query(`INSERT INTO artist VALUES ('own', 'Of the team')`)
    expect((await load()).written).toEqual({ artists: 1, albums: 0, tracks: 1, credits: 2 })
    await client.query(`DELETE FROM artist WHERE id = 'own'`)
    await expectAll()
    expect(await rowsOf(`SELECT status FROM artist WHERE born = '1970-01-01'`)).toEqual([
      { status: 'active' },
    ])
    expect(await rowsOf(`SELECT id, isrc FROM track WHERE kind = 'episode'`)).toEqual([
      { id: track.id, isrc: 'SEABC1234567' },
    ])
    const { durationMs: _durationMs, release: _release, genres: _genres, ...bare } = other
    const scant = { artists: [], albums: [], tracks: [{ ...bare, albumId: null, artistIds: [] }] }
    expect((await load(scant)).written).toEqual(nothing)
  },
  patienceMs,
)

test(
  'the order of artists changes with the source',
  async () => {
    const [one = '', two = '', three = ''] = generated.artists.map(({ id }) => id)
    const withArtists = (artistIds: readonly string[]): Catalogue => ({
      ...generated,
      tracks: generated.tracks.map((track, index) => (index === 0 ? { ...track, artistIds } : track)),
    })
    await load(withArtists([one, two, three]))
    for (const artistIds of [[three, one, two], [two, one], [one]]) {
      await load(withArtists(artistIds))
      await expectAll(withArtists(artistIds))
    }
  },
  patienceMs,
)

test(
  'two loads at once write each row once',
  async () => {
    const both = await Promise.all([load(), load()])
    expect(both.map(({ written }) => written).toSorted((a, b) => a.tracks - b.tracks)).toEqual([
      nothing,
      counts,
    ])
    await expectAll()
  },
  patienceMs,
)

test(
  'a load that is cut off in the middle is finished by the next one',
  async () => {
    await withClient(database, async (holder) => {
      await holder.query('BEGIN; LOCK TABLE track IN SHARE MODE')
      const cutOff = load().catch((error: unknown) => error)
      // Artists and albums are there by now; the tracks wait for the lock.
      await eventually(async () => (await rowsOf(waiting)).length > 0)
      await client.query(`SELECT pg_terminate_backend(pid) FROM (${waiting}) AS waiting`)
      expect(await cutOff).toBeInstanceOf(Error)
    })
    expect((await load()).written).toEqual({ ...nothing, tracks: counts.tracks, credits: counts.credits })
    await expectAll()
  },
  patienceMs,
)

test(
  'a load that is interrupted ends with the words of the interrupt, also while it waits for another one',
  async () => {
    await withClient(database, async (holder) => {
      await holder.query("SELECT pg_advisory_lock(hashtext('reprise catalogue load'))")
      const stopping = new AbortController()
      const words = new Error('Stopped.')
      const source = { description: 'test', read: () => Promise.resolve(generated) }
      const ended = loadCatalogue({ database, source, signal: stopping.signal }).catch(
        (error: unknown) => error,
      )
      await eventually(async () => (await rowsOf(waiting)).length > 0)
      stopping.abort(words)
      expect(await ended).toBe(words)
    })
  },
  patienceMs,
)

test(
  'a row that makes no sense is refused by name, and nothing of its transaction stays',
  async () => {
    const [first, ...others] = generated.tracks as readonly [TrackRow, ...TrackRow[]]
    const wrong = { ...generated, tracks: [...others, { ...first, durationMs: -1 }] }
    await expect(load(wrong)).rejects.toThrow(RowRefused)
    await expect(load(wrong)).rejects.toThrow('track_duration_positive')
    expect(await rowsOf('SELECT count(*)::integer AS count FROM track')).toEqual([{ count: 0 }])
  },
  patienceMs,
)

const waiting = `
  SELECT pid FROM pg_stat_activity
  WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event IN ('relation', 'advisory')`

async function eventually(isSo: () => Promise<boolean>): Promise<void> {
  for (const until = Date.now() + patienceMs; !(await isSo());) {
    if (Date.now() > until) throw new Error('waited too long')
    await sleep(50)
  }
}
