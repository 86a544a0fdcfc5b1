import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Client, clientOf, seen } from './client.ts'
import { readTopic } from './log-reading.ts'
import { type Platform, startPlatform } from './platform.ts'

type Answered = {
  readonly line: number
  readonly status: number
  readonly idempotencyKey: string
  readonly position?: string
  readonly body?: { readonly version?: number; readonly outcomes?: readonly object[] }
  readonly problem?: { readonly code: string }
}

describe('POST /v1/commands: many commands in one request', () => {
  let platform: Platform
  let ann: Client
  let token: string
  beforeAll(async () => {
    platform = await startPlatform()
    ann = await clientOf(platform, 'ann')
    token = await platform.tokenOf('ann')
  }, 180_000)
  afterAll(() => platform.stop())

  const send = async (lines: readonly object[]): Promise<readonly Answered[]> => {
    const response = await fetch(`${platform.command}/v1/commands`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' },
      body: lines.map((line) => JSON.stringify(line)).join('\n'),
    })
    expect(response.status).toBe(200)
    const text = await response.text()
    return text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Answered)
  }
  const create = (id: string) => ({
    method: 'PUT',
    path: `/v1/playlists/${id}`,
    body: { name: 'many', visibility: 'public' },
  })
  const add = (id: string, trackId: string, more: object = {}) => ({
    method: 'POST',
    path: `/v1/playlists/${id}/edits`,
    body: { edits: [{ add: [{ trackId }] }] },
    ...more,
  })

  test('thousands on many playlists, in order on each: an edit follows its creation', async () => {
    const ids = Array.from({ length: 100 }, () => randomUUID())
    const lines = [
      ...ids.map(create),
      ...Array.from({ length: 40 }, (_, nth) => ids.map((id) => add(id, `t${nth}`))).flat(),
    ]
    const answers = await send(lines)
    expect(answers.map(({ line }) => line)).toEqual([...lines.keys()].map((at) => at + 1))
    expect(answers.map(({ body }) => body?.version)).toEqual(
      [...lines.keys()].map((at) => Math.floor(at / 100) + 1),
    )
    const records = (await readTopic(platform, 'playlist-events')).filter(({ key }) =>
      ids.some((id) => id === key),
    )
    expect(records.filter(({ accepted }) => accepted)).toHaveLength(lines.length)
    const last = answers.slice(-100).map(({ position = '' }) => position)
    const headers = { 'reprise-min-position': last.join(','), 'reprise-max-wait': '20s' }
    for (const id of ids.slice(0, 3)) {
      const { body } = await ann.query('GET', `/v1/playlists/${id}/tracks?limit=100`, { headers })
      expect(body.items.map((item: { trackId: string }) => item.trackId)).toEqual(
        Array.from({ length: 40 }, (_, nth) => `t${nth}`),
      )
    }
  }, 120_000)

  test('a key is one command, whether it came as a line or as a request', async () => {
    const id = randomUUID()
    const key = randomUUID()
    const [, first, again, other] = await send([
      create(id),
      add(id, 't', { idempotencyKey: key }),
      add(id, 't', { idempotencyKey: key }),
      add(id, 'u', { idempotencyKey: key }),
    ])
    expect(first).toMatchObject({ status: 200, idempotencyKey: key })
    expect(again).toEqual({ ...first, line: 3 })
    expect(other).toMatchObject({ status: 422, problem: { code: 'key-reused' } })
    const headers = { 'idempotency-key': key }
    const asked = await ann.command('POST', `/v1/playlists/${id}/edits`, { headers, body: add(id, 't').body })
    expect(asked.body).toEqual(first?.body)
    expect(seen(asked)['reprise-min-position']).toBe(first?.position)
  })

  test('every kind of command, each with an outcome of its own', async () => {
    const id = randomUUID()
    const play = { trackId: 't', startedAt: Date.now() - 300_000, msPlayed: 180_000 }
    const answers = await send([
      create(id),
      { method: 'POST', path: '/v1/playlists', body: { name: 'own' } },
      { method: 'PATCH', path: `/v1/playlists/${id}`, body: { collaborative: true }, ifMatch: '"1"' },
      { method: 'PATCH', path: `/v1/playlists/${id}`, body: { name: 'late' }, ifMatch: '"1"' },
      { method: 'PUT', path: `/v1/playlists/${id}/collaborators/bob` },
      { method: 'PUT', path: '/v1/me/likes/t1' },
      { method: 'DELETE', path: '/v1/me/likes/t1', body: { lamport: 7 } },
      { method: 'POST', path: '/v1/plays', body: { plays: [play, { ...play, msPlayed: -1 }] } },
      { method: 'DELETE', path: `/v1/playlists/${id}` },
      add(id, 't'),
      { method: 'PUT', path: '/v1/playlists/nine', body: { name: 'x' } },
    ])
    expect(answers.map(({ status }) => status)).toEqual([
      201, 201, 200, 412, 204, 204, 204, 202, 204, 404, 422,
    ])
    expect(answers[3]).toMatchObject({ problem: { code: 'version-mismatch' } })
    expect(answers[7]?.body?.outcomes).toMatchObject([{ status: 'accepted' }, { status: 'refused' }])
  })
})
