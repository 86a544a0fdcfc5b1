import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { type HttpService, startHttpService } from '@reprise/adapters/http/http-service.ts'
import { createInMemoryDocumentStore } from '@reprise/adapters/in-memory/document-store.in-memory.ts'
import { createInMemoryEventCodec } from '@reprise/adapters/in-memory/event-codec.in-memory.ts'
import { createInMemoryLog } from '@reprise/adapters/in-memory/log.in-memory.ts'
import { createInMemoryRowStore } from '@reprise/adapters/in-memory/row-store.in-memory.ts'
import { z } from 'zod'
import type { Authenticator } from '@reprise/core/caller.ts'
import type { Track } from '@reprise/core/catalogue/entity.ts'
import { positionsOf, tokenOf } from '@reprise/core/position.ts'
import { quiet } from '@reprise/core/quiet-logger.ts'
import { catalogueSearch } from '@reprise/projectors/catalogue-search.projection.ts'
import { catalogue } from '@reprise/projectors/catalogue.projection.ts'
import { playTotals } from '@reprise/projectors/play-totals.projection.ts'
import { songCounts } from '@reprise/projectors/song-counts.projection.ts'
import { playlistDetails } from '@reprise/projectors/playlist-details.projection.ts'
import { playlistSearch } from '@reprise/projectors/playlist-search.projection.ts'
import { playlistTracks } from '@reprise/projectors/playlist-tracks.projection.ts'
import { listeningHistory } from '@reprise/projectors/listening-history.projection.ts'
import { createQuerySide, type QuerySide } from './query-side.ts'
import { seededPartition, seededViews } from './seeded-views.ts'

// Those that have queries written for them; routes that follow from a declaration alone have a test of their own.
const declarations = [
  playlistDetails,
  playlistTracks,
  listeningHistory,
  songCounts,
  playTotals,
  playlistSearch,
  catalogue,
  catalogueSearch,
]
const now = Date.parse('2026-11-21T10:30:00Z')
const mine = '0192f0aa-0000-7000-8000-000000000001'
const secret = '0192f0aa-0000-7000-8000-000000000002'
const gone = '0192f0aa-0000-7000-8000-000000000003'
const nobodys = '0192f0aa-0000-7000-8000-00000000000f'

/** Tokens of these tests are user ids. */
const authenticate: Authenticator = async (authorization) =>
  authorization === undefined ? undefined : { userId: authorization.replace('Bearer ', ''), roles: [] }

let log: ReturnType<typeof createInMemoryLog>
let rows: ReturnType<typeof createInMemoryRowStore>
let documents: ReturnType<typeof createInMemoryDocumentStore>
let views: Awaited<ReturnType<typeof seededViews>>
let querySide: QuerySide
let service: HttpService

const begin = async () => {
  querySide = await createQuerySide({
    declarations,
    log,
    codec: createInMemoryEventCodec(),
    rows,
    documents,
    logger: quiet,
    now: () => now,
  })
  service = await startHttpService({
    service: 'query-api',
    host: '127.0.0.1',
    port: 0,
    logger: quiet,
    corsOrigins: [],
    authenticate,
    routers: querySide.routers,
    ready: querySide.notReady,
  })
}

beforeEach(async () => {
  log = createInMemoryLog()
  rows = createInMemoryRowStore()
  documents = createInMemoryDocumentStore()
  views = await seededViews({ log, codec: createInMemoryEventCodec(), rows, documents })
  await begin()
})
afterEach(async () => {
  await service.close(100)
  await querySide.close()
})

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`http://127.0.0.1:${service.port}${path}`, { headers })
const as = (user: string) => ({ authorization: `Bearer ${user}` })
const bodyOf = async <Body = Record<string, unknown>>(path: string, headers?: Record<string, string>) => {
  const answer = await get(path, headers)
  expect(answer.status).toBe(200)
  return (await answer.json()) as Body
}
const expectProblem = async (answer: Response, status: number, code: string) => {
  expect(await answer.json()).toMatchObject({ status, code })
  expect(answer.status).toBe(status)
  expect(answer.headers.get('content-type')).toBe('application/problem+json')
}

describe('bad input', () => {
  beforeEach(() => views.ensure())

  it.each([
    ['/v1/playlists/x', 422, 'invalid-request'],
    [`/v1/playlists/${mine}?colour=red`, 422, 'invalid-request'],
    [`/v1/playlists/${mine}`, 404, 'not-found'],
    [`/v1/playlists/${mine}?minPosition=x`, 400, 'bad-position'],
    ['/v1/playlists', 422, 'invalid-request'],
    ['/v1/playlists?ids=', 422, 'invalid-request'],
    ['/v1/playlists?ids=x', 422, 'invalid-request'],
    [`/v1/playlists?ids=${mine}&ids=${mine}`, 422, 'invalid-request'],
    [
      `/v1/playlists?ids=${Array.from({ length: 101 }, (_, at) => mine.slice(0, -3) + (100 + at).toString()).join()}`,
      422,
      'invalid-request',
    ],
    [`/v1/playlists/${mine}/tracks`, 404, 'not-found'],
    [`/v1/playlists/${mine}/tracks?limit=0`, 422, 'invalid-request'],
    [`/v1/playlists/${mine}/tracks?limit=501`, 422, 'invalid-request'],
    [`/v1/playlists/${mine}/tracks?limit=1.5`, 422, 'invalid-request'],
    [`/v1/playlists/${mine}/tracks?limit=1&limit=2`, 422, 'invalid-request'],
    [`/v1/playlists/${mine}/tracks?offset=-1`, 422, 'invalid-request'],
    [`/v1/playlists/${mine}/tracks?offset=1&cursor=x`, 422, 'invalid-request'],
    [`/v1/playlists/${mine}/tracks?cursor=x`, 400, 'bad-cursor'],
    ['/v1/me/plays?limit=201', 422, 'invalid-request'],
    ['/v1/me/plays?cursor=AAAA', 400, 'bad-cursor'],
    ['/v1/tracks/a%20b/counts', 422, 'invalid-request'],
    ['/v1/tracks/a/counts?window=year', 422, 'invalid-request'],
    ['/v1/tracks/a/counts?country=de', 422, 'invalid-request'],
    ['/v1/tracks/a/counts?window=day&from=yesterday', 422, 'invalid-request'],
    ['/v1/tracks/a/counts?from=2026-01-01', 422, 'invalid-request'],
    ['/v1/tracks/a/counts?window=day&from=99999999999999', 200, ''],
    ['/v1/tracks/counts', 422, 'invalid-request'],
    ['/v1/tracks/counts?ids=,', 422, 'invalid-request'],
    ['/v1/search', 422, 'invalid-request'],
    ['/v1/search?q=%20', 422, 'invalid-request'],
    [`/v1/search?q=${'x'.repeat(201)}`, 422, 'invalid-request'],
    ['/v1/search?q=x&type=podcast', 422, 'invalid-request'],
    ['/v1/search/suggest', 422, 'invalid-request'],
    ['/v1/tracks', 422, 'invalid-request'],
    ['/v1/tracks/nowhere', 404, 'not-found'],
    ['/v1/artists/nowhere', 404, 'not-found'],
    ['/v1/albums/no%20where', 422, 'invalid-request'],
    ['/v1/search?q=x&limit=51', 422, 'invalid-request'],
    ['/v1/search?q=x&cursor=%00', 400, 'bad-cursor'],
    ['/v1/nothing', 404, 'not-found'],
  ])('%s is %d %s', async (path, status, code) => {
    const answer = await get(path, as('ann'))
    if (status === 200) expect(answer.status).toBe(200)
    else await expectProblem(answer, status, code)
  })

  it('a wrong method is 405, a missing token 401, a bad wait 400', async () => {
    const posted = await fetch(`http://127.0.0.1:${service.port}/v1/search`, { method: 'POST' })
    await expectProblem(posted, 405, 'method-not-allowed')
    await expectProblem(await get('/v1/me/plays'), 401, 'unauthenticated')
    for (const wait of ['soon', '31s', '-1', '1m'])
      await expectProblem(await get('/v1/search?q=x', { 'Reprise-Max-Wait': wait }), 400, 'bad-header')
  })
})

it('an empty platform is ready, and answers 503 where a view does not exist yet', async () => {
  expect((await get('/readyz')).status).toBe(200)
  for (const path of [`/v1/playlists/${mine}`, '/v1/me/plays', '/v1/tracks/a/counts', '/v1/search?q=x'])
    await expectProblem(await get(path, as('ann')), 503, 'not-ready')
})

describe('playlists', () => {
  beforeEach(async () => {
    await views.ensure()
    await views.playlist({ playlistId: mine, name: 'Mine', streamVersion: 7 }, 41)
    await views.playlist({ playlistId: secret, visibility: 'private', collaborators: ['cid'] }, 3)
    await views.playlist({ playlistId: gone, deleted: true }, 4)
  })

  it('show details, version and position', async () => {
    const answer = await get(`/v1/playlists/${mine}`)
    expect(await answer.json()).toEqual({
      playlistId: mine,
      version: 7,
      ownerId: 'ann',
      name: 'Mine',
      description: null,
      visibility: 'public',
      collaborative: false,
      collaborators: [],
      trackCount: 0,
      createdAt: 1,
      changedAt: 1,
    })
    expect(answer.headers.get('etag')).toMatch(/^"7-[\w-]{16}"$/)
    expect(answer.headers.get('cache-control')).toBe('private, no-cache')
    expect(positionsOf(answer.headers.get('reprise-position') ?? '')).toEqual([
      { topic: 'playlist-events', partition: seededPartition('playlist-events', mine), offset: 41 },
    ])
  })

  it('are 304 for a client that has them, and not once they change', async () => {
    const etag = (await get(`/v1/playlists/${mine}`)).headers.get('etag') ?? ''
    for (const held of [etag, `"x", W/${etag}`, '*']) {
      const answer = await get(`/v1/playlists/${mine}`, { 'If-None-Match': held })
      expect(answer.status).toBe(304)
      expect(answer.headers.get('etag')).toBe(etag)
      expect(await answer.text()).toBe('')
    }
    await views.playlist({ playlistId: mine, name: 'Other', streamVersion: 7 }, 42)
    expect((await get(`/v1/playlists/${mine}`, { 'If-None-Match': etag })).status).toBe(200)
  })

  it('that are private exist for their owner and collaborators alone, deleted ones for nobody', async () => {
    for (const path of [`/v1/playlists/${secret}`, `/v1/playlists/${secret}/tracks`]) {
      expect((await get(path, as('ann'))).status).toBe(200)
      expect((await get(path, as('cid'))).status).toBe(200)
      const foreign = await get(path, as('bob'))
      expect(((await foreign.json()) as { detail: string }).detail.replace(secret, '')).toBe(
        ((await (await get(`/v1/playlists/${nobodys}`)).json()) as { detail: string }).detail.replace(
          nobodys,
          '',
        ),
      )
      expect((await get(path)).status).toBe(404)
    }
    expect((await get(`/v1/playlists/${gone}`, as('ann'))).status).toBe(404)
  })

  it('come several at once', async () => {
    const ids = [gone, mine.toUpperCase(), secret, nobodys, mine].join()
    const { items, missing } = await bodyOf(`/v1/playlists?ids=${ids}`, as('bob'))
    expect(items).toMatchObject([{ playlistId: mine, version: 7 }])
    expect(missing).toEqual([gone, secret, nobodys])
  })
})

describe('tracks of a playlist', () => {
  beforeEach(async () => {
    await views.playlist({ playlistId: mine, streamVersion: 3 })
    await views.tracks(mine, 1_000, { version: 3 })
  })
  const itemIds = (items: readonly { itemId: string }[]) => items.map(({ itemId }) => itemId)

  it('come page by page, whole and in order', async () => {
    const all: string[] = []
    let next: string | null = ''
    while (next !== null) {
      const body: { items: { itemId: string }[]; next: string | null; version: number; changed: boolean } =
        await bodyOf(`/v1/playlists/${mine}/tracks?limit=170${next && `&cursor=${next}`}`)
      expect(body).toMatchObject({ version: 3, changed: false, total: 1_000 })
      all.push(...itemIds(body.items))
      next = body.next
    }
    expect(all).toEqual(Array.from({ length: 1_000 }, (_, at) => `item-${at}`))
  })

  it('are reached anywhere by offset, also past the end', async () => {
    const middle = await bodyOf(`/v1/playlists/${mine}/tracks?offset=555&limit=2`)
    expect(itemIds(middle['items'] as never)).toEqual(['item-555', 'item-556'])
    expect(await bodyOf(`/v1/playlists/${mine}/tracks?offset=5000`)).toMatchObject({ items: [], next: null })
  })

  it('say when the list changed between two pages', async () => {
    const { next } = await bodyOf<{ next: string }>(`/v1/playlists/${mine}/tracks`)
    await views.tracks(mine, 400, { version: 4, position: 9 })
    expect(await bodyOf(`/v1/playlists/${mine}/tracks?cursor=${next}`)).toMatchObject({
      version: 4,
      changed: true,
    })
  })

  it('refuse a cursor of another list or with a changed letter', async () => {
    const { next } = await bodyOf<{ next: string }>(`/v1/playlists/${mine}/tracks`)
    await views.playlist({ playlistId: secret })
    await expectProblem(await get(`/v1/playlists/${secret}/tracks?cursor=${next}`), 400, 'bad-cursor')
    for (const at of [0, 12, next.length - 1]) {
      const letter = next[at] === 'A' ? 'B' : 'A'
      const changed = next.slice(0, at) + letter + next.slice(at + 1)
      await expectProblem(await get(`/v1/playlists/${mine}/tracks?cursor=${changed}`), 400, 'bad-cursor')
    }
  })

  it('name a later version of the details only if the list is known to be as new', async () => {
    const partition = seededPartition('playlist-events', mine)
    await views.playlist({ playlistId: mine, streamVersion: 5 }, 20)
    expect(await bodyOf(`/v1/playlists/${mine}/tracks`)).toMatchObject({ version: 3 })
    await views.progress(playlistTracks, partition, 21)
    const token = tokenOf({ topic: 'playlist-events', partition, offset: 20 })
    await views.lengthen('playlist-events', partition, 21)
    await views.progress(playlistDetails, partition, 21)
    expect(await bodyOf(`/v1/playlists/${mine}/tracks?minPosition=${token}`)).toMatchObject({ version: 5 })
  })
})

describe('listening history', () => {
  const at = (text: string) => Date.parse(text)

  it('is newest first across the years, page by page', async () => {
    const instants = [
      '2026-11-21T10:00Z',
      '2026-01-01T00:00Z',
      '2025-12-31T23:59Z',
      '2019-05-05T00:00Z',
      '2001-01-01T00:00Z',
    ]
    for (const [number, instant] of instants.entries()) {
      await views.play('ann', at(instant), `b${number}`)
      await views.play('ann', at(instant), `a${number}`)
    }
    await views.play('bob', now, 'other')
    const seen: string[] = []
    let next: string | null = ''
    while (next !== null) {
      const body: { items: { identity: string }[]; next: string | null } = await bodyOf(
        `/v1/me/plays?limit=3${next && `&cursor=${next}`}`,
        as('ann'),
      )
      seen.push(...body.items.map(({ identity }) => identity))
      next = body.next
    }
    expect(seen).toEqual(['b0', 'a0', 'b1', 'a1', 'b2', 'a2', 'b3', 'a3', 'b4', 'a4'])
  })

  it('shows facts in the shape of its answer schema, and the position it shows', async () => {
    await views.play('ann', now, 'one')
    const partition = seededPartition('playback-events', 'ann')
    await views.lengthen('playback-events', partition, 5)
    await views.progress(listeningHistory, partition, 5)
    const token = tokenOf({ topic: 'playback-events', partition, offset: 4 })
    const answer = await get('/v1/me/plays', { ...as('ann'), 'Reprise-Min-Position': token })
    expect(answer.headers.get('reprise-position')).toBe(token)
    expect(await answer.json()).toMatchObject({ items: [{ artistIds: ['one'], country: 'DE' }], next: null })
  })

  it("takes no other user's cursor", async () => {
    await views.play('ann', now, 'one')
    await views.play('ann', now, 'two')
    const { next } = await bodyOf<{ next: string }>('/v1/me/plays?limit=1', as('ann'))
    await expectProblem(await get(`/v1/me/plays?cursor=${next}`, as('bob')), 400, 'bad-cursor')
  })
})

describe('counts', () => {
  beforeEach(async () => {
    await views.counts('hit', '2026-11-21', 0, { '10:DE': [1, 0, 0], '09:DE': [2, 1, 1] })
    await views.counts('hit', '2026-11-21', 5, { '10:DE': [10, 0, 0], '10:--': [20, 0, 0] })
    await views.counts('hit', '2026-11-16', 5, { '00:FR': [100, 0, 0] })
    await views.counts('hit', '2026-11-15', 5, { '23:FR': [1_000, 0, 0] })
    await views.counts('hit', 'all', 5, { 'all:FR': [9_000, 7, 0], 'all:DE': [1, 0, 0] })
  })

  it.each([
    ['window=hour', 31, 0],
    ['window=hour&from=2026-11-21T11:15:00%2B02:00', 2, 1],
    ['window=day', 33, 1],
    ['window=day&country=DE', 13, 1],
    ['window=week', 133, 1],
    ['window=week&from=2026-11-15', 1_000, 0],
    ['window=all', 9_001, 7],
    ['', 9_001, 7],
    ['country=FR', 9_000, 7],
  ])('%s adds the partitions up to %d plays and %d skips', async (options, plays, skips) => {
    expect(await bodyOf(`/v1/tracks/hit/counts?${options}`)).toMatchObject({ trackId: 'hit', plays, skips })
  })

  it('come for several songs, 0 for one that nobody played', async () => {
    expect(await bodyOf('/v1/tracks/counts?ids=hit,miss&window=hour')).toEqual({
      window: 'hour',
      from: Date.parse('2026-11-21T10:00Z'),
      to: Date.parse('2026-11-21T11:00Z'),
      country: null,
      items: [
        { trackId: 'hit', plays: 31, skips: 0, skipsUnder30s: 0 },
        { trackId: 'miss', plays: 0, skips: 0, skipsUnder30s: 0 },
      ],
    })
  })
})

describe('read your own writes', () => {
  const partition = seededPartition('playlist-events', mine)
  const token = (offset: number, of = partition) =>
    tokenOf({ topic: 'playlist-events', partition: of, offset })
  const at = (offset: number, wait = '5s') => ({
    'Reprise-Min-Position': token(offset),
    'Reprise-Max-Wait': wait,
  })

  beforeEach(async () => {
    await views.ensure()
    await views.playlist({ playlistId: mine })
    await views.lengthen('playlist-events', partition, 10)
  })

  it('waits until the view is there, woken by its progress', async () => {
    await views.progress(playlistDetails, partition, 5)
    const waiting = get(`/v1/playlists/${mine}`, at(7, '30s'))
    await new Promise((resolve) => setTimeout(resolve, 100))
    await views.progress(playlistDetails, partition, 7)
    await views.progress(playlistDetails, partition, 8)
    expect((await waiting).status).toBe(200)
  })

  it('says in time that it is not there yet', async () => {
    await views.progress(playlistDetails, partition, 7)
    const answer = await get(`/v1/playlists/${mine}`, at(7, '200ms'))
    expect(answer.headers.get('retry-after')).toBe('1')
    expect(await answer.json()).toMatchObject({
      code: 'not-yet-visible',
      missing: token(7),
      views: ['playlist-details'],
    })
  })

  it('takes the token from the query string too', async () => {
    const answer = await get(`/v1/playlists/${mine}?minPosition=${token(7)}`, { 'Reprise-Max-Wait': '0' })
    await expectProblem(answer, 503, 'not-yet-visible')
  })

  it('refuses positions past the end of the log', async () => {
    await expectProblem(await get(`/v1/playlists/${mine}`, at(10)), 400, 'position-unknown')
    const unheardOf = { 'Reprise-Min-Position': token(0, 4_000) }
    await expectProblem(await get(`/v1/playlists/${mine}`, unheardOf), 400, 'position-unknown')
  })

  it('counts tokens of topics that the view does not read as met', async () => {
    const foreign = tokenOf({ topic: 'playback-events', partition: 0, offset: 1_000 })
    expect((await get(`/v1/playlists/${mine}`, { 'Reprise-Min-Position': foreign })).status).toBe(200)
  })

  it('waits for every view that answers', async () => {
    await views.progress(playlistDetails, partition, 8)
    const answer = await get(`/v1/playlists/${mine}/tracks`, at(7, '100'))
    expect(await answer.json()).toMatchObject({ code: 'not-yet-visible', views: ['playlist-tracks'] })
  })

  it('believes no progress that the store does not bear out, as after a start beside a store that lost its tail', async () => {
    await views.checkpoint(playlistDetails, partition, 4)
    await views.publish(playlistDetails, partition, 9)
    await expectProblem(await get(`/v1/playlists/${mine}`, at(7, '300')), 503, 'not-yet-visible')
    expect((await get(`/v1/playlists/${mine}`, at(4))).status).toBe(200)
    await views.checkpoint(playlistDetails, partition, 8)
    expect((await get(`/v1/playlists/${mine}`, at(7))).status).toBe(200)
  })

  it('forgets what it knew when the store is lost, until the projector has caught up again', async () => {
    await views.progress(playlistDetails, partition, 5)
    rows.mark()
    await views.progress(playlistDetails, partition, 9)
    expect((await get(`/v1/playlists/${mine}`, at(7))).status).toBe(200)
    rows.loseTail()
    await expectProblem(await get(`/v1/playlists/${mine}`, at(7, '300')), 503, 'not-yet-visible')
    await views.publish(playlistDetails, partition, 5)
    const waiting = get(`/v1/playlists/${mine}`, at(7))
    await views.progress(playlistDetails, partition, 9)
    expect((await waiting).status).toBe(200)
  })

  it('starts with what was published before it', async () => {
    await views.progress(playlistDetails, partition, 9)
    await service.close(100)
    await querySide.close()
    await begin()
    expect((await get(`/v1/playlists/${mine}`, at(7))).status).toBe(200)
  })
})

describe('search', () => {
  it('finds public playlists, and refreshes before it believes a checkpoint', async () => {
    await views.found({ playlistId: mine, name: 'Summer' })
    await views.lengthen('playlist-events', 0, 3)
    await views.progress(playlistSearch, 0, 3)
    const token = tokenOf({ topic: 'playlist-events', partition: 0, offset: 2 })
    const answer = await get('/v1/search?q=summer', { 'Reprise-Min-Position': token })
    expect(answer.headers.get('reprise-position')).toBe(token)
    expect(await answer.json()).toMatchObject({
      items: [{ type: 'playlist', playlistId: mine, name: 'Summer' }],
    })
  })
})

describe('the catalogue', () => {
  const named = { artist: () => someArtist, album: () => ({ name: 'Hits', artistId: null }) }

  it('shows a track with the names of its artists and album; several at once in the order asked for', async () => {
    await views.ensure()
    await views.entity(someTrack('one'), named)
    await views.entity(someTrack('two'), named)
    expect(await bodyOf('/v1/tracks/one')).toMatchObject({
      title: 'A Hit',
      artists: [{ id: 'hit', name: 'The Hitters' }],
      album: { id: 'hit', name: 'Hits' },
      plays: 0,
    })
    const { items } = await bodyOf<{ items: { id: string }[] }>('/v1/tracks?ids=two,gone,one')
    expect(items.map(({ id }) => id)).toEqual(['two', 'one'])
  })

  it('names the tracks of a playlist, as far as it has them', async () => {
    await views.ensure()
    await views.playlist({ playlistId: mine })
    await views.tracks(mine, 2)
    await views.entity(someTrack('track-1'), named)
    const { items } = await bodyOf<{ items: object[] }>(`/v1/playlists/${mine}/tracks`)
    expect(items).toMatchObject([
      { trackId: 'track-0', title: null, artists: [] },
      { trackId: 'track-1', title: 'A Hit', artists: [{ name: 'The Hitters' }], durationMs: 180_000 },
    ])
  })
})

it('answers in the shapes that it describes', async () => {
  await views.ensure()
  await views.playlist({ playlistId: mine })
  await views.tracks(mine, 3)
  await views.play('ann', now, nobodys)
  await views.counts('hit', 'all', 0, { 'all:FR': [1, 0, 0] })
  await views.found({ playlistId: mine })
  await views.entity({ kind: 'artist', id: 'hit', facts: someArtist, popularity: 3 })
  await views.entity({ kind: 'album', id: 'hit', facts: { name: 'Hits', artistId: 'hit' }, popularity: -1 })
  await views.entity(someTrack('hit'), {
    artist: () => someArtist,
    album: () => ({ name: 'Hits', artistId: null }),
  })
  const { paths } = (await (await get('/openapi.json')).json()) as { paths: Record<string, Described> }
  for (const [path, { get: operation }] of Object.entries(paths)) {
    const filled = path.replace('{playlistId}', mine).replace('{trackId}', 'hit').replace('{id}', 'hit')
    const body = await bodyOf(filled + (asked[path] ?? ''), as('ann'))
    const schema = operation.responses['200'].content['application/json'].schema
    expect(z.fromJSONSchema(schema).safeParse(body)).toEqual({ success: true, data: body })
  }
})

const asked: Readonly<Record<string, string>> = {
  '/v1/playlists': `?ids=${mine}`,
  '/v1/tracks/counts': '?ids=hit',
  '/v1/tracks': '?ids=hit,nowhere',
  '/v1/artists': '?ids=hit',
  '/v1/albums': '?ids=hit',
  '/v1/search': '?q=songs',
  '/v1/search/suggest': '?q=so',
}

const someArtist = { name: 'The Hitters', country: 'NL', born: null, status: 'active' } as const
const someTrack = (id: string): Track => ({
  kind: 'track',
  id,
  facts: {
    kind: 'song',
    title: 'A Hit',
    albumId: 'hit',
    durationMs: 180_000,
    released: '1999',
    isrc: null,
    genres: ['pop'],
  },
  artists: [{ at: 0, artistId: 'hit' }],
  popularity: 3,
})

type Described = {
  get: { responses: { 200: { content: { 'application/json': { schema: z.core.JSONSchema.JSONSchema } } } } }
}

it('describes itself', async () => {
  const document = (await (await get('/openapi.json')).json()) as {
    openapi: string
    paths: Record<string, unknown>
  }
  expect(document.openapi).toBe('3.1.0')
  expect(Object.keys(document.paths)).toHaveLength(14)
  expect(await (await get('/docs')).text()).toContain('GET /v1/search')
})
