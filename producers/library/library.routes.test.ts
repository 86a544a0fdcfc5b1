import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { type HttpService, startHttpService } from '@reprise/adapters/http/http-service.ts'
import { createInMemoryEventCodec } from '@reprise/adapters/in-memory/event-codec.in-memory.ts'
import { createInMemoryLog, type InMemoryLog } from '@reprise/adapters/in-memory/log.in-memory.ts'
import { createInMemoryRowStore } from '@reprise/adapters/in-memory/row-store.in-memory.ts'
import type { Meta } from '@reprise/schemas/generated/events.ts'
import { createSoleCommandLog } from '../testing/sole-command-log.ts'
import type { CommandLog } from '../write-path/command-log.ts'
import { commandRoutes, fixKey } from '../commands/command-routes.ts'
import { type LibraryCommand, libraryDecider } from './library.decider.ts'
import { libraryRoutes } from './library.routes.ts'
import { quiet } from '@reprise/core/quiet-logger.ts'

const codec = createInMemoryEventCodec()
const now = Date.now()

let log: InMemoryLog
let commands: CommandLog<LibraryCommand, object>
let service: HttpService

beforeEach(async () => {
  log = createInMemoryLog({ partitions: 1 })
  commands = await createSoleCommandLog({
    topic: 'library-events',
    stream: libraryDecider,
    log,
    codec,
    rows: createInMemoryRowStore(),
  })
  service = await startHttpService({
    service: 'producers',
    host: '127.0.0.1',
    port: 0,
    corsOrigins: [],
    logger: quiet,
    first: fixKey,
    authenticate: async () => ({ userId: 'ann', roles: [] }),
    routers: [],
    direct: commandRoutes(libraryRoutes({ commands, now: () => now })),
    ready: () => undefined,
  })
})
afterEach(async () => {
  await service.close()
  await commands.close()
})

const ask = async (method: string, path: string, { body, key }: { body?: object; key?: string } = {}) => {
  const response = await fetch(`http://127.0.0.1:${service.port}/v1/me/${path}`, {
    method,
    headers: {
      ...(body && { 'content-type': 'application/json' }),
      ...(key !== undefined && { 'idempotency-key': key }),
    },
    ...(body && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? undefined : (JSON.parse(text) as unknown),
  }
}
const written = () =>
  log
    .recordsOf('library-events', 0)
    .map(({ value }) => codec.decode(value) as { type: string; value: { meta: Meta } })
    // Before the first refusal a process claims the partition.
    .filter(({ type }) => type !== 'PartitionClaimed')

describe('likes and follows over HTTP', () => {
  const playlistId = '0192F0AA-0000-7000-8000-000000000001'

  test('each path makes an event of the caller’s own library, and answers with its position', async () => {
    for (const path of ['likes/t1', `playlists/${playlistId}`, 'artists/a1', 'users/bob%20b'])
      for (const method of ['PUT', 'DELETE']) {
        const answer = await ask(method, path)
        expect(answer.status).toBe(204)
        expect(answer.headers.get('reprise-position')).toMatch(/^[\w-]+$/)
        expect(answer.headers.get('etag')).toBeNull()
      }
    expect(written().map(({ type, value }) => ({ type, ...value }))).toMatchObject([
      { type: 'TrackLiked', trackId: 't1', meta: { streamId: 'ann', actorId: 'ann', streamVersion: 1 } },
      { type: 'TrackUnliked', trackId: 't1' },
      { type: 'PlaylistFollowed', playlistId: playlistId.toLowerCase() },
      { type: 'PlaylistUnfollowed' },
      { type: 'ArtistFollowed', artistId: 'a1' },
      { type: 'ArtistUnfollowed' },
      { type: 'UserFollowed', userId: 'bob b' },
      { type: 'UserUnfollowed', userId: 'bob b', meta: { streamVersion: 8 } },
    ])
  })

  test('a retry gets the first answer again, also after something else was decided', async () => {
    const first = await ask('PUT', 'likes/t1', { key: 'k' })
    await ask('DELETE', 'likes/t1')
    const again = await ask('PUT', 'likes/t1', { key: 'k' })
    expect([again.status, again.headers.get('reprise-position')]).toEqual([
      204,
      first.headers.get('reprise-position'),
    ])
    expect(written().map(({ type }) => type)).toEqual(['TrackLiked', 'TrackUnliked'])
    expect(await ask('PUT', 'likes/t2', { key: 'k' })).toMatchObject({
      status: 422,
      body: { code: 'key-reused' },
    })
  })

  test('a like from a device that was offline does not undo what came later, and is told what stands', async () => {
    await ask('DELETE', 'likes/t1', { body: { occurredAt: now - 1_000, lamport: 5 } })
    expect(await ask('PUT', 'likes/t1', { body: { occurredAt: now - 60_000 } })).toMatchObject({
      status: 409,
      body: { code: 'overtaken', occurredAt: now - 1_000, lamport: 5 },
    })
    expect((await ask('PUT', 'likes/t1', { body: { lamport: 4 } })).status).toBe(409)
    expect((await ask('PUT', 'likes/t1', { body: { lamport: 6 } })).status).toBe(204)
    expect(written().map(({ value: { meta } }) => meta.lamport)).toEqual([5, 6])
  })

  test('a claim ahead of our clock is written down as now, and its retry is still the same command', async () => {
    const sent = { key: 'k', body: { occurredAt: now + 600_000 } }
    const answers = [await ask('DELETE', 'likes/t1', sent), await ask('DELETE', 'likes/t1', sent)]
    expect(answers.map(({ status }) => status)).toEqual([204, 204])
    expect(written().map(({ value: { meta } }) => meta.occurredAt)).toEqual([now])
  })

  test.each([
    ['likes/a%20b', {}, 422],
    [`likes/${'x'.repeat(65)}`, {}, 422],
    ['playlists/nine', {}, 422],
    ['artists/%C3%A9', {}, 422],
    ['users/%00', {}, 422],
    [`users/${'x'.repeat(129)}`, {}, 422],
    ['users/ann', {}, 422],
    ['likes/t1', { lamport: -1 }, 422],
    ['likes/t1', { lamport: 1.5 }, 422],
    ['likes/t1', { liked: true }, 422],
    ['likes/t1', { occurredAt: now + 7_200_000 }, 422],
    ['albums/a1', {}, 404],
  ])('%s with %j is refused', async (path, body, status) => {
    expect((await ask('PUT', path, { body })).status).toBe(status)
    expect(written()).toEqual([])
  })
})
