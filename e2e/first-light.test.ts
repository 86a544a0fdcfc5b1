import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Client, clientOf, seen } from './client.ts'
import { type Platform, startPlatform } from './platform.ts'

describe('commands, through the log and the projectors, to queries', () => {
  let platform: Platform
  let ann: Client
  let bob: Client
  beforeAll(async () => {
    platform = await startPlatform()
    ann = await clientOf(platform, 'ann')
    bob = await clientOf(platform, 'bob')
  }, 120_000)
  afterAll(() => platform.stop())

  const create = async (details: object = { name: 'Mixtape', visibility: 'public' }) => {
    const id = randomUUID()
    return { id, answer: await ann.command('PUT', `/v1/playlists/${id}`, { body: details }) }
  }

  test('a playlist is created, edited, changed and read back at the version that was answered', async () => {
    const { id, answer } = await create()
    expect(answer).toMatchObject({
      status: 201,
      body: { playlistId: id, version: 1, name: 'Mixtape', ownerId: 'ann' },
    })
    const edits = [
      { add: [{ trackId: 'a' }, { trackId: 'b' }, { trackId: 'c' }] },
      { removeAt: [1] },
      { move: [], at: 0 },
    ]
    const edited = await ann.command('POST', `/v1/playlists/${id}/edits`, {
      body: { edits: edits.slice(0, 2) },
    })
    expect(edited).toMatchObject({ status: 200, body: { version: 2 } })
    const changed = await ann.command('PATCH', `/v1/playlists/${id}`, {
      body: { description: 'for the road' },
    })
    const details = await ann.query('GET', `/v1/playlists/${id}`, { headers: seen(changed) })
    expect(details).toMatchObject({
      status: 200,
      body: { name: 'Mixtape', description: 'for the road', trackCount: 2 },
    })
    expect(details.headers.get('etag')).toMatch(/^"3-/)
    const tracks = await bob.query('GET', `/v1/playlists/${id}/tracks`, { headers: seen(changed) })
    expect(tracks.body.items.map((item: { trackId: string }) => item.trackId)).toEqual(['a', 'c'])
  })

  test('the ETag of a query is an If-Match of a command', async () => {
    const { id, answer } = await create()
    const details = await ann.query('GET', `/v1/playlists/${id}`, { headers: seen(answer) })
    const headers = { 'if-match': details.headers.get('etag') ?? '' }
    const first = await ann.command('PATCH', `/v1/playlists/${id}`, { body: { name: 'Two' }, headers })
    const second = await ann.command('PATCH', `/v1/playlists/${id}`, { body: { name: 'Three' }, headers })
    expect([first.status, second.status]).toEqual([200, 412])
    expect(second.headers.get('etag')).toBe('"2"')
    expect(second.body).toMatchObject({ code: 'version-mismatch', currentVersion: 2 })
  })

  test('what nobody changed is not sent again', async () => {
    const { id, answer } = await create()
    const first = await ann.query('GET', `/v1/playlists/${id}`, { headers: seen(answer) })
    const headers = { 'if-none-match': first.headers.get('etag') ?? '' }
    expect((await ann.query('GET', `/v1/playlists/${id}`, { headers })).status).toBe(304)
  })

  test('a private playlist is there for its owner alone, for reading and for writing', async () => {
    const { id, answer } = await create({ name: 'Mine' })
    expect((await ann.query('GET', `/v1/playlists/${id}`, { headers: seen(answer) })).status).toBe(200)
    expect((await bob.query('GET', `/v1/playlists/${id}`, { headers: seen(answer) })).status).toBe(404)
    expect((await bob.command('DELETE', `/v1/playlists/${id}`)).status).toBe(404)
  })

  test('a deleted playlist is gone for readers, and its id is never used again', async () => {
    const { id } = await create()
    const deleted = await ann.command('DELETE', `/v1/playlists/${id}`)
    expect(deleted.status).toBe(204)
    for (const path of [`/v1/playlists/${id}`, `/v1/playlists/${id}/tracks`])
      expect((await ann.query('GET', path, { headers: seen(deleted) })).status).toBe(404)
    const again = await ann.command('PUT', `/v1/playlists/${id}`, { body: { name: 'Again' } })
    expect(again).toMatchObject({ status: 409, body: { code: 'already-exists' } })
  })

  test('any hundred of ten thousand tracks, in order', async () => {
    const { id } = await create()
    const track = (at: number) => ({ trackId: `t${at}` })
    let last = undefined
    for (let from = 0; from < 10_000; from += 2_500) {
      const add = Array.from({ length: 2_500 }, (_, at) => track(from + at))
      last = await ann.command('POST', `/v1/playlists/${id}/edits`, { body: { edits: [{ add }] } })
      expect(last.status).toBe(200)
    }
    const tooMany = await ann.command('POST', `/v1/playlists/${id}/edits`, {
      body: { edits: [{ add: [track(1)] }] },
    })
    expect(tooMany).toMatchObject({ status: 413, body: { code: 'too-large' } })
    for (const offset of [0, 4_950, 9_900]) {
      const { body } = await ann.query('GET', `/v1/playlists/${id}/tracks?limit=100&offset=${offset}`, {
        headers: last ? seen(last) : {},
      })
      expect(body.items.map((item: { trackId: string }) => item.trackId)).toEqual(
        Array.from({ length: 100 }, (_, at) => `t${offset + at}`),
      )
    }
  })

  test('the same play sent twice is heard and counted once', async () => {
    const startedAt = Date.now() - 400_000
    const play = {
      trackId: 'hit',
      startedAt,
      msPlayed: 180_000,
      reasonEnd: 'trackdone',
      playId: 'p1',
      country: 'SE',
    }
    const skip = { ...play, playId: 'p2', msPlayed: 5_000, reasonEnd: 'fwdbtn' }
    const first = await ann.command('POST', '/v1/plays', { body: { plays: [play, skip, { trackId: 1 }] } })
    expect(first.status).toBe(202)
    expect(first.body.outcomes).toMatchObject([
      { status: 'accepted', type: 'TrackPlayed' },
      { status: 'accepted', type: 'TrackSkipped' },
      { status: 'refused', code: 'invalid-request' },
    ])
    const again = await ann.command('POST', '/v1/plays', { body: { plays: [play, skip, play] } })
    const other = await bob.command('POST', '/v1/plays', { body: play })
    const counts = await bob.query('GET', '/v1/tracks/hit/counts?window=all', { headers: seen(again, other) })
    expect(counts.body).toMatchObject({ plays: 2, skips: 1 })
    const heard = await ann.query('GET', '/v1/me/plays', { headers: seen(again, other) })
    expect(heard.body.items).toHaveLength(2)
    expect((await bob.query('GET', '/v1/me/plays', { headers: seen(again, other) })).body.items).toHaveLength(
      1,
    )
  })

  test('a public playlist is found by the beginning of its name, a private one by its owner alone', async () => {
    await create({ name: 'Zanzibar nights', visibility: 'public' })
    const { answer } = await create({ name: 'Zanzibar secrets' })
    const find = async (client: Client) =>
      (await client.query('GET', '/v1/search?q=zanzib&type=playlist', { headers: seen(answer) })).body.items
        .length
    expect([await find(ann), await find(bob)]).toEqual([2, 1])
  })

  test('a query is never older than its token, or says so in time', async () => {
    const { id } = await create()
    for (let version = 2; version < 12; version++) {
      const renamed = await ann.command('PATCH', `/v1/playlists/${id}`, { body: { name: `v${version}` } })
      const { body } = await ann.query('GET', `/v1/playlists/${id}`, { headers: seen(renamed) })
      expect(body.name).toBe(`v${version}`)
    }
  })
})
