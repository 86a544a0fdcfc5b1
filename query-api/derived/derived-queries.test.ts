import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type HttpService, startHttpService } from '@reprise/adapters/http/http-service.ts'
import { createInMemoryLog } from '@reprise/adapters/in-memory/log.in-memory.ts'
import { createInMemoryStores } from '@reprise/adapters/in-memory/stores.in-memory.ts'
import type { Authenticator } from '@reprise/core/caller.ts'
import { positionOf, tokenOf, tokensOf } from '@reprise/core/position.ts'
import { quiet } from '@reprise/core/quiet-logger.ts'
import { findProjections, projectionsFolder } from '@reprise/projectors/engine/find-projections.ts'
import { type Running, runAll } from '@reprise/projectors/engine/run-all.ts'
import { rowChange } from '@reprise/projectors/testing/catalogue-history.ts'
import { codec } from '@reprise/projectors/testing/codec.ts'
import { createHistoryWriter } from '@reprise/projectors/testing/history-writer.ts'
import { playOf } from '@reprise/projectors/testing/playback-history.ts'
import { createdPlaylist, editedPlaylist, addStep } from '@reprise/projectors/testing/playlist-history.ts'
import { createQuerySide, type QuerySide } from '../query-side.ts'
import { containing, days, edits, foundNames, heads, names } from './example-projections.ts'

const open = '0192f0aa-0000-7000-8000-000000000001'
const secret = '0192f0aa-0000-7000-8000-000000000002'

const ours = await findProjections(projectionsFolder)
const declarations = [...ours, edits, containing, days, heads, names, foundNames]

/** Tokens of these tests are user ids. */
const authenticate: Authenticator = (authorization) =>
  Promise.resolve(
    authorization === undefined ? undefined : { userId: authorization.replace('Bearer ', ''), roles: [] },
  )

const log = createInMemoryLog()
const { rows, documents } = createInMemoryStores()
const library = createHistoryWriter(log, 'library-events', 16)
const playlists = createHistoryWriter(log, 'playlist-events', 16)
const plays = createHistoryWriter(log, 'playback-events', 16)
let running: Running
let querySide: QuerySide
let service: HttpService

const liked = (userId: string, trackId: string) =>
  library.append(userId, { type: 'TrackLiked', data: { trackId } })

beforeAll(async () => {
  for (let nth = 0; nth < 7; nth++) liked('ann', `track-${nth}`)
  library.append('ann', { type: 'TrackUnliked', data: { trackId: 'track-3' } })
  library.append('ann', { type: 'ArtistFollowed', data: { artistId: 'artist-1' } })
  library.append('ann', { type: 'UserFollowed', data: { userId: 'bob' } })
  liked('bob', 'track-3')
  playlists.append(open, createdPlaylist('Open'), { actorId: 'ann' })
  playlists.append(
    secret,
    {
      type: 'PlaylistCreated',
      data: { name: 'Secret', description: '', visibility: 'private', collaborative: false },
    },
    { actorId: 'ann' },
  )
  for (let nth = 0; nth < 30; nth++)
    for (const id of [open, secret])
      playlists.append(id, editedPlaylist([addStep(0, `item-${nth}`)]), {
        actorId: id === open ? 'bob' : 'ann',
      })
  for (let nth = 0; nth < 9; nth++)
    plays.append(`user-${nth}`, {
      type: 'TrackPlayed',
      data: playOf(`play-${nth}`, { reasonStart: nth < 6 ? 'mon' : 'tue', country: nth < 4 ? 'NL' : 'SE' }),
    })
  const artist = { id: 'ann', name: 'Ann', country: null, born: null, status: null }
  const value = rowChange('artist', 'c', artist, [null, 1])
  log.appendAsStranger('catalogue-changes', [{ partition: 0, key: 'ann', value, headers: {} }])
  running = await runAll(declarations, { log, codec, logger: quiet, stores: { rows, documents } })
  querySide = await createQuerySide({
    log,
    codec,
    rows,
    documents,
    logger: quiet,
    now: Date.now,
    declarations,
  })
  service = await startHttpService({
    service: 'query-api',
    host: '127.0.0.1',
    port: 0,
    corsOrigins: [],
    logger: quiet,
    authenticate,
    routers: querySide.routers,
    ready: querySide.notReady,
  })
})
afterAll(async () => {
  await service.close(100)
  await querySide.close()
  await running.close()
})

/** Everything written so far, as a client that has seen it would ask. */
const everything = async () => {
  const topics = ['playlist-events', 'playback-events', 'library-events', 'catalogue-changes'] as const
  const ends = await Promise.all(
    topics.map(async (topic) =>
      (await log.endOffsets(topic)).map((end, partition) => ({ topic, partition, offset: end - 1 })),
    ),
  )
  return tokensOf(ends.flat().filter(({ offset }) => offset >= 0))
}

const ask = async (path: string, user?: string, headers: Record<string, string> = {}) =>
  fetch(`http://127.0.0.1:${service.port}${path}`, {
    headers: {
      'reprise-min-position': await everything(),
      'reprise-max-wait': '30s',
      ...(user !== undefined && { authorization: `Bearer ${user}` }),
      ...headers,
    },
  })
const bodyOf = async (path: string, user?: string) => {
  const answer = await ask(path, user)
  expect(answer.status).toBe(200)
  return (await answer.json()) as {
    readonly items: readonly Record<string, unknown>[]
    readonly next?: string | null
    readonly changed?: boolean
  }
}

describe('a list in pages', () => {
  it('is its owner’s alone, newest first, page by page, and says when it has changed', async () => {
    const first = await bodyOf('/v1/me/likes?limit=4', 'ann')
    expect(first.items.map(({ trackId }) => trackId)).toEqual(['track-6', 'track-5', 'track-4', 'track-2'])
    expect(first).toMatchObject({ total: 6, changed: false })
    const rest = await bodyOf(`/v1/me/likes?limit=4&cursor=${first.next}`, 'ann')
    expect(rest.items.map(({ trackId }) => trackId)).toEqual(['track-1', 'track-0'])
    expect(rest).toMatchObject({ changed: false, next: null })
    expect(await bodyOf('/v1/me/likes', 'eve')).toMatchObject({ total: 0, items: [], next: null })
    expect((await ask('/v1/me/likes')).status).toBe(401)
    liked('ann', 'track-9')
    expect(await bodyOf(`/v1/me/likes?limit=4&cursor=${first.next}`, 'ann')).toMatchObject({ changed: true })
    expect((await ask(`/v1/me/likes?cursor=${first.next}`, 'bob')).status).toBe(400)
  })

  it('holds things of several kinds', async () => {
    const { items } = await bodyOf('/v1/me/following', 'ann')
    expect(items.map(({ kind, id }) => `${String(kind)} ${String(id)}`)).toEqual([
      'user bob',
      'artist artist-1',
    ])
  })
})

describe('rows', () => {
  it('are asked for by ids', async () => {
    const body = await bodyOf('/v1/me/likes/contains?ids=track-3,track-4,nothing', 'ann')
    expect(body).toEqual({
      items: [{ trackId: 'track-4', likedAt: expect.any(Number) }],
      missing: ['track-3', 'nothing'],
    })
    expect((await ask('/v1/me/likes/contains', 'ann')).status).toBe(422)
  })

  it('of a partition come in the table’s order, page by page, without markers of absence', async () => {
    const path = `/v1/playlists/${open}/edits?limit=4`
    const seen: unknown[] = []
    for (let next: string | null | undefined = ''; typeof next === 'string';) {
      const page = await bodyOf(`${path}${next === '' ? '' : `&cursor=${next}`}`)
      seen.push(...page.items.map(({ nth }) => nth))
      expect(page.items.length === 4 || page.next === null).toBe(true)
      next = page.next
    }
    const partition = await shownPartition(path)
    const all = log
      .recordsOf('playlist-events', partition)
      .filter(
        ({ key, eventType, offset }) => key === open && eventType === 'PlaylistEdited' && offset % 7 !== 3,
      )
    expect(seen).toEqual(all.map(({ offset }) => offset).reverse())
  })

  it('of a playlist are shown to its readers alone', async () => {
    const path = `/v1/playlists/${secret}/edits`
    expect((await ask(path, 'ann')).status).toBe(200)
    for (const user of ['bob', undefined]) expect((await ask(path, user)).status).toBe(404)
  })

  it('of several playlists and users are each shown to whom the rule says', async () => {
    const path = `/v1/tracks/${encodeURIComponent('track of item-1')}/playlists`
    const shownTo = async (asked: string, user?: string) =>
      (await bodyOf(asked, user)).items.map(({ playlistId }) => playlistId)
    expect(await shownTo(path, 'ann')).toEqual([open, secret])
    for (const user of ['bob', undefined]) expect(await shownTo(path, user)).toEqual([open])
    const own = path.replace('/v1', '/v1/me')
    expect(await shownTo(own, 'ann')).toEqual([secret])
    expect(await shownTo(own, 'bob')).toEqual([open])
    expect((await ask(own)).status).toBe(401)
  })

  it('name the exact position that they show, and are 304 for who has them', async () => {
    const answer = await ask(`/v1/playlists/${open}`)
    const etag = answer.headers.get('etag') ?? ''
    expect(etag).toMatch(/^"31-/)
    const records = log.recordsOf('playlist-events', await shownPartition(`/v1/playlists/${open}`))
    const offset = records.findLast(({ key }) => key === open)?.offset ?? -1
    const partition = await shownPartition(`/v1/playlists/${open}`)
    expect(answer.headers.get('reprise-position')).toBe(
      tokenOf({ topic: 'playlist-events', partition, offset }),
    )
    expect((await ask(`/v1/playlists/${open}`, 'ann', { 'if-none-match': etag })).status).toBe(304)
  })
})

describe('documents', () => {
  it('are shown to their owner', async () => {
    expect(await bodyOf(`/v1/heads/${secret}`, 'ann')).toEqual({
      playlistId: secret,
      ownerId: 'ann',
      visibility: 'private',
    })
    expect((await ask(`/v1/heads/${secret}`, 'bob')).status).toBe(404)
    expect(await bodyOf(`/v1/heads?ids=${secret},${open}`, 'bob')).toEqual({
      items: [],
      missing: [secret, open],
    })
  })
})

describe('entities', () => {
  it('are served from rows by their ids, with the exact position that they show', async () => {
    const answer = await ask('/v1/names/artist%2Fann')
    expect(await answer.json()).toEqual({ entity: 'artist/ann', name: 'Ann' })
    const position = tokenOf({ topic: 'catalogue-changes', partition: 0, offset: 0 })
    expect(answer.headers.get('reprise-position')).toBe(position)
    expect(await bodyOf('/v1/names?ids=artist/ann,artist/bob')).toEqual({
      items: [{ entity: 'artist/ann', name: 'Ann' }],
      missing: ['artist/bob'],
    })
  })

  it('are served from documents, to whom the declaration says', async () => {
    const path = '/v1/found-names/artist%2Fann'
    expect(await bodyOf(path, 'ann')).toEqual({ entity: 'artist/ann', name: 'Ann', own: 'ann' })
    expect((await ask(path, 'bob')).status).toBe(404)
    expect((await ask(path)).status).toBe(401)
  })
})

describe('counts', () => {
  it('are summed over all partitions, zeros where nothing was counted', async () => {
    expect(await bodyOf('/v1/tracks/track-1/days/mon')).toEqual({
      trackId: 'track-1',
      day: 'mon',
      plays: 6,
      slots: [
        { slot: 'NL', plays: 4 },
        { slot: 'SE', plays: 2 },
      ],
    })
    const several = await bodyOf('/v1/tracks/track-1/days?day=tue,wed')
    expect(several.items).toEqual([
      { trackId: 'track-1', day: 'tue', plays: 3, slots: [{ slot: 'SE', plays: 3 }] },
      { trackId: 'track-1', day: 'wed', plays: 0, slots: [] },
    ])
  })
})

it('all are described', async () => {
  const { paths } = (await (await ask('/openapi.json')).json()) as { paths: Record<string, unknown> }
  expect(Object.keys(paths)).toEqual(
    expect.arrayContaining(['/v1/me/likes', '/v1/me/likes/contains', '/v1/tracks/{trackId}/days/{day}']),
  )
  expect(paths['/v1/found-names/{entity}']).toMatchObject({ get: { security: [{ bearer: [] }] } })
  expect(paths['/v1/heads/{playlistId}']).toMatchObject({ get: { security: [{ bearer: [] }] } })
})

const shownPartition = async (path: string): Promise<number> =>
  positionOf((await ask(path)).headers.get('reprise-position') ?? '').partition
