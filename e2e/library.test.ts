import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { v7 as uuidv7 } from 'uuid'
import { type Client, clientOf, seen } from './client.ts'
import { readTopic } from './log-reading.ts'
import { type Platform, startPlatform } from './platform.ts'

describe('a library, and playlists of several people', () => {
  let platform: Platform
  let ann: Client
  let bob: Client
  let eve: Client
  beforeAll(async () => {
    platform = await startPlatform()
    ann = await clientOf(platform, 'ann')
    bob = await clientOf(platform, 'bob')
    eve = await clientOf(platform, 'eve')
  }, 120_000)
  afterAll(() => platform.stop())

  const eventsOf = async (userId: string) =>
    (await readTopic(platform, 'library-events'))
      .filter(({ key, accepted }) => key === userId && accepted)
      .map(({ event }) => event.type)

  test('likes and follows are events of their user, and a retry makes no second one', async () => {
    const playlist = randomUUID()
    const paths = ['likes/track-1', `playlists/${playlist}`, 'artists/artist-1', 'users/bob']
    for (const path of paths)
      for (const method of ['PUT', 'DELETE']) {
        const headers = { 'idempotency-key': uuidv7() }
        const first = await ann.command(method, `/v1/me/${path}`, { headers })
        const again = await ann.command(method, `/v1/me/${path}`, { headers })
        expect([first.status, again.status]).toEqual([204, 204])
        expect(again.headers.get('reprise-position')).toBe(first.headers.get('reprise-position'))
      }
    expect(await eventsOf('ann')).toEqual([
      'TrackLiked',
      'TrackUnliked',
      'PlaylistFollowed',
      'PlaylistUnfollowed',
      'ArtistFollowed',
      'ArtistUnfollowed',
      'UserFollowed',
      'UserUnfollowed',
    ])
  })

  test('what was liked and followed is shown to its user, newest first, as soon as it is acknowledged', async () => {
    const fay = await clientOf(platform, 'fay')
    for (const path of ['likes/one', 'likes/two', 'likes/three', 'artists/a', 'users/bob', 'artists/b'])
      expect((await fay.command('PUT', `/v1/me/${path}`)).status).toBe(204)
    const unliked = await fay.command('DELETE', '/v1/me/likes/two')
    const last = await fay.command('DELETE', '/v1/me/artists/a')
    const headers = seen(unliked, last)

    const first = await fay.query('GET', '/v1/me/likes?limit=1', { headers })
    expect(first.body).toMatchObject({ total: 2, items: [{ trackId: 'three' }], changed: false })
    const second = await fay.query('GET', `/v1/me/likes?cursor=${first.body.next}`, { headers })
    expect(second.body).toMatchObject({ items: [{ trackId: 'one' }], next: null })
    const contained = await fay.query('GET', '/v1/me/likes/contains?ids=one,two', { headers })
    expect(contained.body).toMatchObject({ items: [{ trackId: 'one' }], missing: ['two'] })
    const following = await fay.query('GET', '/v1/me/following', { headers })
    expect(following.body.items).toMatchObject([
      { kind: 'artist', id: 'b' },
      { kind: 'user', id: 'bob' },
    ])
    const etag = following.headers.get('etag') ?? ''
    const held = { headers: { ...headers, 'if-none-match': etag } }
    expect((await fay.query('GET', '/v1/me/following', held)).status).toBe(304)
    expect((await eve.query('GET', '/v1/me/likes')).body).toMatchObject({ total: 0, items: [] })
  })

  test('a like that was made before an acknowledged unlike, and arrives after it, does not undo it', async () => {
    const madeAt = Date.now() - 60_000
    expect((await bob.command('DELETE', '/v1/me/likes/track-2')).status).toBe(204)
    const delayed = await bob.command('PUT', '/v1/me/likes/track-2', { body: { occurredAt: madeAt } })
    expect(delayed).toMatchObject({ status: 409, body: { code: 'overtaken' } })
    expect((await bob.command('PUT', '/v1/me/likes/track-2')).status).toBe(204)
    expect(await eventsOf('bob')).toEqual(['TrackUnliked', 'TrackLiked'])
  })

  test('what was liked is known to a process that starts anew', async () => {
    const later = { body: { occurredAt: Date.now() } }
    expect((await eve.command('DELETE', '/v1/me/likes/track-3', later)).status).toBe(204)
    await platform.restart('producers')
    const delayed = { body: { occurredAt: later.body.occurredAt - 1 } }
    expect((await eve.command('PUT', '/v1/me/likes/track-3', delayed)).status).toBe(409)
  }, 120_000)

  test('a collaborator reads and edits a private playlist until dismissed; nobody else does', async () => {
    const path = `/v1/playlists/${randomUUID()}`
    const edit = { body: { edits: [{ add: [{ trackId: 't' }] }] } }
    await ann.command('PUT', path, { body: { name: 'Ours', collaborative: true } })
    expect((await bob.command('POST', `${path}/edits`, edit)).status).toBe(404)
    expect((await bob.command('PUT', `${path}/collaborators/bob`)).status).toBe(404)

    const named = await ann.command('PUT', `${path}/collaborators/bob`)
    expect([named.status, named.headers.get('etag')]).toEqual([204, '"2"'])
    const edited = await bob.command('POST', `${path}/edits`, edit)
    expect(edited).toMatchObject({ status: 200, body: { version: 3 } })
    const details = await bob.query('GET', path, { headers: seen(edited) })
    expect(details).toMatchObject({
      status: 200,
      body: { version: 3, trackCount: 1, collaborators: ['bob'] },
    })
    const tracks = await bob.query('GET', `${path}/tracks`, { headers: seen(edited) })
    expect(tracks.body.items).toMatchObject([{ trackId: 't', addedBy: 'bob' }])
    expect((await eve.query('GET', path, { headers: seen(edited) })).status).toBe(404)
    expect((await bob.command('DELETE', path)).status).toBe(403)

    const left = await bob.command('DELETE', `${path}/collaborators/bob`)
    expect(left.status).toBe(204)
    expect((await bob.query('GET', path, { headers: seen(left) })).status).toBe(404)
    expect((await bob.command('POST', `${path}/edits`, edit)).status).toBe(404)
  })

  test('people edit one playlist at once with equal keys: each is a command of its own, and all are merged', async () => {
    const path = `/v1/playlists/${randomUUID()}`
    await ann.command('PUT', path, { body: { name: 'Party', collaborative: true } })
    const others = [bob, eve]
    for (const { userId } of others) await ann.command('PUT', `${path}/collaborators/${userId}`)
    const everyone = [ann, ...others]
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, nth) =>
        everyone.map((client) =>
          client.command('POST', `${path}/edits`, {
            headers: { 'idempotency-key': `key-${nth}` },
            body: { edits: [{ add: [{ trackId: `${client.userId}-${nth}` }] }] },
          }),
        ),
      ).flat(),
    )
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
    const { body } = await ann.query('GET', `${path}/tracks?limit=100`, { headers: seen(...answers) })
    const expected = everyone.flatMap(({ userId }) =>
      Array.from({ length: 30 }, (_, nth) => `${userId}-${nth}`),
    )
    expect(body.items.map(({ trackId }: { trackId: string }) => trackId).sort()).toEqual(expected.sort())
  })
})
