import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { startHttpService } from '@reprise/adapters/http/http-service.ts'
import { createInMemoryParts } from '@reprise/adapters/in-memory/stores.in-memory.ts'
import { z } from 'zod'
import { tokenOf } from '@reprise/core/position.ts'
import { playlistSearch } from '@reprise/projectors/playlist-search.projection.ts'
import { someArtist, type SeededViews, someTrack } from './seeded-views.ts'
import { as, createServedViews, expectProblem, mine, nobodys, now } from './served-views.ts'

const unknownPlace = tokenOf({ topic: 'playlist-events', partition: 1_000_000, offset: 2 ** 50 })
const { begin, end, get, bodyOf, urlOf } = createServedViews(startHttpService)
let views: SeededViews
beforeEach(async () => {
  views = await begin(createInMemoryParts())
})
afterEach(end)

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
    [`/v1/playlists/${mine}/tracks?limit=-1`, 422, 'invalid-request'],
    [`/v1/playlists/${mine}/tracks?limit=1e9`, 422, 'invalid-request'],
    [`/v1/playlists/${mine}/tracks?limit=NaN`, 422, 'invalid-request'],
    [`/v1/playlists/${mine}/tracks?__proto__=1`, 422, 'invalid-request'],
    [`/v1/playlists/${mine}?minPosition=${unknownPlace}`, 400, 'position-unknown'],
    [`/v1/playlists/${mine}?minPosition=%00&minPosition=%ff`, 400, 'bad-position'],
    ['/v1/playlists/%', 422, 'invalid-request'],
    ['/v1/tracks/%00', 422, 'invalid-request'],
    ['/v1/tracks/%ed%a0%80', 422, 'invalid-request'],
    [`/v1/tracks?ids=${'a,'.repeat(5_000)}`, 422, 'invalid-request'],
    [`/v1/tracks?ids=${'a,'.repeat(10_000)}`, 413, 'too-large'],
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
    const posted = await fetch(urlOf('/v1/search'), { method: 'POST' })
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
