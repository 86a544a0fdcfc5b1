import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Client, clientOf, seen, untilAnswered } from './client.ts'
import { readTopic } from './log-reading.ts'
import { type Platform, startPlatform } from './platform.ts'

describe('two command processes share the partitions, and clients need not know', () => {
  let platform: Platform
  let client: Client
  beforeAll(async () => {
    platform = await startPlatform({ commandProcesses: 2 })
    client = await clientOf(platform, 'ann')
  }, 120_000)
  afterAll(() => platform.stop())

  test('the same commands sent to both at once take effect once, and both give the same answer', async () => {
    const id = randomUUID()
    await client.command('PUT', `/v1/playlists/${id}`, { body: { name: 'shared', visibility: 'public' } })
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, nth) => {
        const headers = { 'idempotency-key': `key-${nth}` }
        const body = { edits: [{ add: [{ trackId: `t${nth}` }] }] }
        const send = (through: Client['command']) =>
          untilAnswered(() => through('POST', `/v1/playlists/${id}/edits`, { body, headers }))
        return Promise.all(client.commands.map(send))
      }),
    )
    for (const [one, other] of answers) {
      if (one === undefined || other === undefined) throw new Error('there are not two command processes')
      expect(one.status).toBe(200)
      expect(other.body).toEqual(one.body)
      expect(other.headers.get('reprise-position')).toBe(one.headers.get('reprise-position'))
    }
    const versions = answers.map(([one]) => one?.body.version as number).sort((a, b) => a - b)
    expect(versions).toEqual(Array.from({ length: 200 }, (_, at) => at + 2))

    const records = (await readTopic(platform, 'playlist-events')).filter(({ key }) => key === id)
    expect(records.filter(({ accepted }) => accepted)).toHaveLength(201)
    const headers = seen(...answers.flat())
    const { body } = await client.query('GET', `/v1/playlists/${id}/tracks?limit=100&offset=100`, { headers })
    const inOrder = answers.map(([one], nth) => ({
      version: one?.body.version as number,
      trackId: `t${nth}`,
    }))
    inOrder.sort((a, b) => a.version - b.version)
    expect(body.items.map((item: { trackId: string }) => item.trackId)).toEqual(
      inOrder.slice(100).map(({ trackId }) => trackId),
    )
  }, 120_000)

  test('a refusal by a process that has not seen the newest yet is never wrong', async () => {
    for (let round = 0; round < 20; round++) {
      const id = randomUUID()
      await client.command('PUT', `/v1/playlists/${id}`, { body: { name: 'x', visibility: 'public' } })
      const [here, there] = client.commands
      const edited = await there?.('POST', `/v1/playlists/${id}/edits`, {
        body: { edits: [{ add: [{ trackId: 't' }] }] },
        headers: { 'if-match': '"1"' },
      })
      expect(edited?.status).toBe(200)
      const removed = await here?.('POST', `/v1/playlists/${id}/edits`, {
        body: { edits: [{ removeAt: [0] }] },
      })
      expect(removed).toMatchObject({ status: 200, body: { version: 3 } })
    }
  }, 60_000)
})
