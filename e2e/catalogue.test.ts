import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createRandom } from '@reprise/projectors/testing/random.ts'
import { counts, foundations, putTrack, randomTransaction } from './catalogue-changes.ts'
import { contentsOfDatabase, contentsOfIndex, contentsOfView } from './catalogue-contents.ts'
import { type CatalogueDatabase, openDatabase } from './catalogue-database.ts'
import { type Client, clientOf, seen } from './client.ts'
import { endOf } from './log-reading.ts'
import { crashEngine, type Platform, startPlatform } from './platform.ts'

describe('the catalogue, from the database through the log to views and search', () => {
  let platform: Platform
  let database: CatalogueDatabase
  let ann: Client
  beforeAll(async () => {
    platform = await startPlatform()
    database = openDatabase(platform)
    ann = await clientOf(platform, 'ann')
    await database.transaction(foundations())
    await until(async () => (await ann.query('GET', '/v1/artists/artist-1')).status === 200)
  }, 180_000)
  afterAll(async () => {
    await database.close()
    await platform.stop()
  })

  const shown = async (path: string) => (await ann.query('GET', path)).body
  const found = async (q: string, type: string) =>
    (await shown(`/v1/search?q=${encodeURIComponent(q)}&type=${type}`)).items as readonly { id: string }[]

  /** How long it took until the view and search agreed with what was done. */
  const visible = async (isInView: () => Promise<boolean>, isInSearch: () => Promise<boolean>) => {
    const startedAt = performance.now()
    await until(isInView)
    await until(isInSearch)
    return performance.now() - startedAt
  }

  test('an insert, an update, a rename of an artist, a move to another album and a delete become visible', async () => {
    const took: number[] = []
    for (let round = 0; round <= 20; round++) {
      const id = `seen-${round}`
      const name = `Quokka${String.fromCharCode(97 + round).repeat(3)}`
      const artist = `artist-${round}`
      const path = `/v1/tracks/${id}`
      const finds = async (q: string) => (await found(q, 'track')).some((hit) => hit.id === id)

      await database.transaction(putTrack(id, { title: name, album: 'album-0', artists: [artist] }))
      took.push(
        await visible(
          async () => (await shown(path)).artists?.length === 1,
          () => finds(name),
        ),
      )
      await database.transaction([['UPDATE track SET title = $2 WHERE id = $1', [id, `${name} Revisited`]]])
      took.push(
        await visible(
          async () => (await shown(path)).title === `${name} Revisited`,
          () => finds(`${name} revisited`),
        ),
      )
      await database.transaction([['UPDATE artist SET name = $2 WHERE id = $1', [artist, `Band ${name}`]]])
      took.push(
        await visible(
          async () => (await shown(path)).artists[0].name === `Band ${name}`,
          () => finds(`band ${name} revisited`),
        ),
      )
      await database.transaction([['UPDATE track SET album_id = $2 WHERE id = $1', [id, 'album-1']]])
      took.push(
        await visible(
          async () => (await shown(path)).album.name === 'Album 1',
          async () => (await shown(`/v1/search?q=${name}&type=track`)).items[0]?.albumId === 'album-1',
        ),
      )
      await database.transaction([['DELETE FROM track WHERE id = $1', [id]]])
      took.push(
        await visible(
          async () => (await ann.query('GET', path)).status === 404,
          async () => !(await finds(name)),
        ),
      )
    }
    // The first round warms everything up: connections, prepared statements, the schemas of the records.
    const sorted = took.slice(5).sort((a, b) => a - b)
    const at = (share: number) => Math.round(sorted[Math.ceil(share * sorted.length) - 1] ?? 0)
    console.info(
      `a change was visible after ${at(0.5)} ms (median), ${at(0.99)} ms (p99 of ${sorted.length})`,
    )
  }, 360_000)

  test('an artist with 5,000 tracks is renamed on all of them', async () => {
    const ids = Array.from({ length: 5_000 }, (_, n) => `hit-${n}`)
    for (let at = 0; at < ids.length; at += 500)
      await database.transaction(
        ids
          .slice(at, at + 500)
          .flatMap((id) => putTrack(id, { title: `Hit ${id}`, album: null, artists: ['artist-59'] })),
      )
    await database.transaction([["UPDATE artist SET name = 'The Prolific' WHERE id = 'artist-59'", []]])
    await settled('first')
    const index = await contentsOfIndex(platform)
    const view = await contentsOfView(ann, { track: ids, album: [], artist: [] })
    const renamed = (text: string | undefined) => text?.includes('The Prolific') === true
    expect(ids.filter((id) => !renamed(index.get(`track/${id}`)))).toEqual([])
    expect(ids.filter((id) => !renamed(view.get(`track/${id}`)))).toEqual([])
  }, 180_000)

  test('plays carry what the catalogue says; what it does not have is accepted as unresolved', async () => {
    await database.transaction(
      putTrack('played', { title: 'Played', album: 'album-2', artists: ['artist-1', 'artist-2'] }),
    )
    await until(async () => (await ann.query('GET', '/v1/tracks/played')).status === 200)
    const startedAt = Date.now() - 400_000
    const play = (trackId: string) => ({ trackId, startedAt, msPlayed: 180_000, reasonEnd: 'fwdbtn' })
    const posted = await ann.command('POST', '/v1/plays', {
      body: { plays: [play('played'), play('nobody-knows')] },
    })
    // It was heard to its end, which only the catalogue knows: no skip.
    expect(posted.body.outcomes).toMatchObject([{ type: 'TrackPlayed' }, { type: 'TrackSkipped' }])
    const { body } = await ann.query('GET', '/v1/me/plays', { headers: seen(posted) })
    const about = (trackId: string) =>
      body.items.find((item: { readonly trackId: string }) => item.trackId === trackId)
    expect(about('played')).toMatchObject({
      durationMs: 180_000,
      artistIds: ['artist-1', 'artist-2'],
      albumId: 'album-2',
      resolved: true,
    })
    expect(about('nobody-knows')).toMatchObject({ durationMs: null, artistIds: [], resolved: false })
    const artist = await ann.query('GET', '/v1/artists/artist-2', { headers: seen(posted) })
    expect(artist.body.plays).toBe(1)
    await until(async () => (await shown('/v1/search?q=played&type=track')).items[0]?.popularity === 0)
  }, 360_000)

  test('10,000 changes, Connect and PostgreSQL killed on the way: view and index equal the database, row by row', async () => {
    const writers = [1, 2].map(async (seed) => {
      const random = createRandom(seed)
      for (let count = 0; count < 1_250; count++)
        await database.transaction(randomTransaction(random, count * 2 + seed))
    })
    const faults = (async () => {
      await pause(2_000)
      await crashEngine('connect')
      await pause(2_000)
      await crashEngine('postgres')
      await pause(1_000)
      await crashEngine('connect')
    })()
    await Promise.all([...writers, faults])
    await settled('last')
    const expected = await contentsOfDatabase(database)
    expect(Object.fromEntries(differences(expected, await contentsOfIndex(platform)))).toEqual({})
    const idsOf = (kind: string, count: number) => Array.from({ length: count }, (_, n) => `${kind}-${n}`)
    const asked = [...expected.keys()]
    const view = await contentsOfView(ann, {
      track: [...new Set([...namesIn(asked, 'track'), ...idsOf('track', counts.tracks)])],
      album: namesIn(asked, 'album'),
      artist: namesIn(asked, 'artist'),
    })
    expect(Object.fromEntries(differences(expected, view))).toEqual({})
    expect(expected.size).toBeGreaterThan(5_000)
  }, 400_000)

  /** A row that is visible has reached the log; what stands before its end is waited for by position. */
  const settled = async (mark: string) => {
    await database.transaction([
      ['INSERT INTO artist (id, name) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING', [`mark-${mark}`, mark]],
    ])
    await until(async () => (await ann.query('GET', `/v1/artists/mark-${mark}`)).status === 200)
    const headers = {
      'reprise-min-position': await endOf(platform, 'catalogue-changes'),
      'reprise-max-wait': '30s',
    }
    for (const path of [`/v1/artists/mark-${mark}`, '/v1/search?q=marker'])
      await until(async () => (await ann.query('GET', path, { headers })).status === 200)
  }
})

const differences = (expected: ReadonlyMap<string, string>, found: ReadonlyMap<string, string>) =>
  [...new Set([...expected.keys(), ...found.keys()])]
    .filter((id) => expected.get(id) !== found.get(id))
    .map((id) => [id, [expected.get(id), found.get(id)]] as const)

const namesIn = (ids: readonly string[], kind: string) =>
  ids.flatMap((id) => (id.startsWith(`${kind}/`) ? [id.slice(kind.length + 1)] : []))

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

const until = async (isSo: () => Promise<boolean>): Promise<void> => {
  for (const end = Date.now() + 150_000; !(await isSo().catch(() => false)); await pause(20))
    if (Date.now() > end) throw new Error('waited 150 s in vain')
}
