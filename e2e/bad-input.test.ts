import { createHmac, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { problems } from '@reprise/core/problem.ts'
import { type Client, clientOf } from './client.ts'
import { readTopic } from './log-reading.ts'
import { type Platform, startPlatform } from './platform.ts'

const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

describe('bad input gets the problem document that names it, and leaves the log as it was', () => {
  let platform: Platform
  let ann: Client
  let mallory: Client
  const id = randomUUID()
  const recordCount = async () =>
    (await readTopic(platform, 'playlist-events')).length +
    (await readTopic(platform, 'playback-events')).length
  let before: number
  beforeAll(async () => {
    platform = await startPlatform()
    ann = await clientOf(platform, 'ann')
    mallory = await clientOf(platform, 'mallory')
    await ann.command('PUT', `/v1/playlists/${id}`, { body: { name: 'public', visibility: 'public' } })
    before = await recordCount()
  }, 120_000)
  afterAll(() => platform.stop())
  afterAll(async () => expect(await recordCount()).toBe(before), 60_000)

  const expectProblem = (
    answer: { status: number; headers: Headers; body: unknown },
    code: keyof typeof problems,
  ) => {
    expect(answer.body).toMatchObject({
      code,
      status: problems[code].status,
      type: `urn:reprise:problem:${code}`,
    })
    expect(answer.status).toBe(problems[code].status)
    expect(answer.headers.get('content-type')).toContain('application/problem+json')
    expect((answer.body as { detail: string }).detail).not.toBe('')
  }

  const playlist = `/v1/playlists/${id}`
  const track = { trackId: 't' }
  const play = { trackId: 't', startedAt: 1_700_000_000_000, msPlayed: 1 }
  test.each<[string, string, string, unknown, keyof typeof problems]>([
    ['a name of the wrong type', 'PUT', `/v1/playlists/${randomUUID()}`, { name: 1 }, 'invalid-request'],
    ['a missing name', 'POST', '/v1/playlists', {}, 'invalid-request'],
    ['a blank name', 'POST', '/v1/playlists', { name: '  ' }, 'invalid-request'],
    ['a lone surrogate', 'POST', '/v1/playlists', '{"name":"\\ud800"}', 'invalid-request'],
    ['an unknown field', 'POST', '/v1/playlists', { name: 'x', colour: 'red' }, 'invalid-request'],
    ['__proto__ as a field', 'POST', '/v1/playlists', '{"name":"x","__proto__":{"a":1}}', 'invalid-request'],
    ['an unknown visibility', 'PATCH', playlist, { visibility: 'secret' }, 'invalid-request'],
    ['no change at all', 'PATCH', playlist, {}, 'invalid-request'],
    [
      'an occurredAt two hours ahead',
      'PATCH',
      playlist,
      { name: 'x', occurredAt: Date.now() + 7_200_000 },
      'invalid-request',
    ],
    ['an id that is no UUID', 'PUT', '/v1/playlists/mine', { name: 'x' }, 'invalid-request'],
    ['an id with a path in it', 'PATCH', '/v1/playlists/..%2f..%2fetc', { name: 'x' }, 'invalid-request'],
    ['no edits', 'POST', `${playlist}/edits`, { edits: [] }, 'invalid-request'],
    [
      'a misspelt anchor',
      'POST',
      `${playlist}/edits`,
      { edits: [{ add: [track], aftr: null }] },
      'invalid-request',
    ],
    [
      'two anchors',
      'POST',
      `${playlist}/edits`,
      { edits: [{ add: [track], after: null, at: 0 }] },
      'invalid-request',
    ],
    [
      'a negative index',
      'POST',
      `${playlist}/edits`,
      { edits: [{ add: [track], at: -1 }] },
      'invalid-request',
    ],
    [
      '1,001 edits',
      'POST',
      `${playlist}/edits`,
      { edits: Array(1_001).fill({ add: [track] }) },
      'invalid-request',
    ],
    [
      'an index past the end',
      'POST',
      `${playlist}/edits`,
      { edits: [{ add: [track], at: 7 }] },
      'rule-broken',
    ],
    [
      '10,001 items',
      'POST',
      `${playlist}/edits`,
      { edits: Array(2).fill({ add: Array(5_001).fill(track) }) },
      'too-large',
    ],
    [
      'an anchor that is not there',
      'POST',
      `${playlist}/edits`,
      { edits: [{ add: [track], after: 'x' }] },
      'already-gone',
    ],
    ['a move of nothing', 'POST', `${playlist}/edits`, { edits: [{ move: ['x'], at: 0 }] }, 'already-gone'],
    ['a playlist that is not there', 'DELETE', `/v1/playlists/${randomUUID()}`, undefined, 'not-found'],
    ['a play before 2000', 'POST', '/v1/plays', { ...play, startedAt: 1 }, 'invalid-request'],
    ['a play older than 30 days', 'POST', '/v1/plays', play, 'rule-broken'],
    [
      'a play that ends ahead',
      'POST',
      '/v1/plays',
      { ...play, startedAt: Date.now() + 86_400_000 },
      'rule-broken',
    ],
    ['a country in words', 'POST', '/v1/plays', { ...play, country: 'Sweden' }, 'invalid-request'],
    ['1,001 plays', 'POST', '/v1/plays', { plays: Array(1_001).fill(play) }, 'too-large'],
    ['bad JSON', 'POST', '/v1/playlists', '{"name": "x"', 'bad-json'],
    ['a body that is no object', 'POST', '/v1/playlists', '[1]', 'invalid-request'],
    ['a body of 10 MB', 'POST', '/v1/playlists', { name: 'x'.repeat(10_000_000) }, 'too-large'],
  ])('%s', async (_name, method, path, body, code) => {
    const answer = await ann.command(method, path, body === undefined ? {} : { body })
    expectProblem(answer, code)
    expect(answer.headers.get('idempotency-key')).toBeTruthy()
  })

  test.each<[string, string, keyof typeof problems]>([
    ['a limit that is no number', '/v1/me/plays?limit=many', 'invalid-request'],
    ['a limit past the largest', '/v1/me/plays?limit=100000', 'invalid-request'],
    ['an unknown parameter', '/v1/me/plays?colour=red', 'invalid-request'],
    ['a cursor that nobody gave', '/v1/me/plays?cursor=AAAA', 'bad-cursor'],
    ['a token that nobody gave', `${playlist}?minPosition=AAAA`, 'bad-position'],
    ['an unknown window', '/v1/tracks/t/counts?window=year', 'invalid-request'],
    ['an unknown type', '/v1/search?q=x&type=dance', 'invalid-request'],
    ['a search for nothing', '/v1/search?type=playlist', 'invalid-request'],
    ['a playlist that is not there', `/v1/playlists/${randomUUID()}`, 'not-found'],
    ['an unknown route', '/v1/nothing', 'not-found'],
  ])('a query with %s', async (_name, path, code) => expectProblem(await ann.query('GET', path), code))

  test('an unknown route, and a method that a route does not take', async () => {
    expectProblem(await ann.command('POST', '/v1/playlist', { body: { name: 'x' } }), 'not-found')
    expectProblem(await ann.command('PUT', '/v1/plays', { body: play }), 'method-not-allowed')
  })

  test('writing through the query API', async () =>
    expectProblem(await ann.query('DELETE', playlist), 'method-not-allowed'))

  test('another content type', async () => {
    const headers = { 'content-type': 'text/plain' }
    expectProblem(
      await ann.command('POST', '/v1/playlists', { body: '{"name":"x"}', headers }),
      'unsupported-media-type',
    )
  })

  test.each(['"x"', '7', '*, "1"', '""'])('If-Match: %s', async (ifMatch) =>
    expectProblem(
      await ann.command('PATCH', playlist, { body: { name: 'x' }, headers: { 'if-match': ifMatch } }),
      'bad-header',
    ),
  )

  test.each<[string, string, keyof typeof problems]>([
    ['an idempotency key with a space in it', 'a b', 'bad-header'],
    ['an idempotency key of 256 characters', 'k'.repeat(256), 'bad-header'],
    ['an idempotency key from the last century', '00c5a0a5-0000-7000-8000-000000000000', 'key-expired'],
    ['an idempotency key from the next one', '0fffffff-0000-7000-8000-000000000000', 'key-ahead'],
  ])('%s', async (_name, key, code) =>
    expectProblem(
      await ann.command('PATCH', playlist, { body: { name: 'x' }, headers: { 'idempotency-key': key } }),
      code,
    ),
  )

  test("somebody else's playlist", async () => {
    expectProblem(await mallory.command('PATCH', playlist, { body: { name: 'mine' } }), 'forbidden')
    expectProblem(await mallory.command('DELETE', playlist), 'forbidden')
    expectProblem(
      await mallory.command('POST', `${playlist}/edits`, { body: { edits: [{ add: [track] }] } }),
      'forbidden',
    )
    expectProblem(await mallory.command('PUT', playlist, { body: { name: 'mine' } }), 'already-exists')
  })

  test('no token, a token that is none, one without a signature, one signed with a public key as a secret', async () => {
    const now = Math.floor(Date.now() / 1_000)
    const claims = { sub: 'ann', iss: 'https://reprise.localhost', aud: 'reprise', iat: now, exp: now + 600 }
    const hs256 = `${base64({ alg: 'HS256', typ: 'JWT' })}.${base64(claims)}`
    const tokens = [
      undefined,
      'Bearer nonsense',
      `Bearer ${base64({ alg: 'none' })}.${base64(claims)}.`,
      `Bearer ${hs256}.${createHmac('sha256', 'public key').update(hs256).digest('base64url')}`,
      `Bearer ${await platform.tokenOf('ann', { ttlSeconds: -120 })}`,
      `Bearer ${await platform.tokenOf('ann', { audience: 'elsewhere' })}`,
      `Bearer ${await platform.tokenOf('ann', { issuer: 'https://elsewhere' })}`,
    ]
    for (const authorization of tokens)
      for (const [origin, method, path] of [
        [platform.command, 'POST', '/v1/playlists'],
        [platform.command, 'POST', '/v1/plays'],
        [platform.query, 'GET', '/v1/me/plays'],
      ] as const) {
        const response = await fetch(`${origin}${path}`, {
          method,
          headers: {
            'content-type': 'application/json',
            ...(authorization !== undefined && { authorization }),
          },
          ...(method === 'POST' && { body: JSON.stringify({ name: 'x' }) }),
        })
        expectProblem(
          { status: response.status, headers: response.headers, body: await response.json() },
          'unauthenticated',
        )
        expect(response.headers.get('www-authenticate')).toContain('Bearer')
      }
  })
})
