import { randomUUID } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Answer, type Client, clientOf } from './client.ts'
import { readTopic } from './log-reading.ts'
import { type Platform, startPlatform } from './platform.ts'

type Edited = { readonly steps?: readonly { readonly added: { readonly trackId: string } | null }[] }

describe('more than can be done at once', () => {
  let platform: Platform
  let ann: Client
  let token: string
  beforeAll(async () => {
    platform = await startPlatform()
    ann = await clientOf(platform, 'ann')
    token = await platform.tokenOf('ann')
  }, 180_000)
  afterAll(() => platform.stop())

  test('every request is answered: what is accepted is in the log, what is refused is not and says when to come back', async () => {
    const id = randomUUID()
    await ann.command('PUT', `/v1/playlists/${id}`, { body: { name: 'crowded', visibility: 'public' } })
    const edit = async (nth: number): Promise<readonly [string, Answer]> => {
      const trackId = `t${nth}`
      const headers = { 'idempotency-key': `key-${nth}` }
      const body = { edits: [{ add: [{ trackId }] }] }
      return [trackId, await ann.command('POST', `/v1/playlists/${id}/edits`, { body, headers })]
    }
    const answers = await Promise.all(Array.from({ length: 3_000 }, (_, nth) => edit(nth)))
    for (const [, { status, headers }] of answers) {
      expect([200, 429, 503]).toContain(status)
      if (status !== 200) expect(headers.get('retry-after')).toMatch(/^\d+$/)
      expect(headers.get('idempotency-key')).toMatch(/^key-/)
    }
    const accepted = answers.filter(([, { status }]) => status === 200).map(([trackId]) => trackId)
    expect(accepted.length).toBeGreaterThan(0)
    const written = (await readTopic(platform, 'playlist-events'))
      .filter(({ key, accepted: isAccepted }) => isAccepted && key === id)
      .flatMap(({ event }) => (event.data as Edited).steps ?? [])
      .flatMap(({ added }) => added?.trackId ?? [])
    // One whose outcome is unknown may be there; one that was refused may not.
    const unknown = answers
      .filter(([, { body }]) => body.code === 'outcome-unknown')
      .map(([trackId]) => trackId)
    expect(new Set(written).size).toBe(written.length)
    expect(accepted.filter((trackId) => !written.includes(trackId))).toEqual([])
    expect(written.filter((trackId) => ![...accepted, ...unknown].includes(trackId))).toEqual([])
  }, 120_000)

  test('SIGTERM answers what is in flight', async () => {
    const id = randomUUID()
    await ann.command('PUT', `/v1/playlists/${id}`, { body: { name: 'last', visibility: 'public' } })
    const sent = httpRequest(`${platform.command}/v1/commands`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' },
    })
    const line = {
      method: 'POST',
      path: `/v1/playlists/${id}/edits`,
      body: { edits: [{ add: [{ trackId: 't' }] }] },
    }
    sent.write(`${JSON.stringify(line)}\n`.repeat(100))
    const lines = await new Promise<readonly string[]>((resolve, reject) => {
      sent.once('error', reject)
      sent.once('response', (answer) => {
        let text = ''
        answer.setEncoding('utf8')
        answer.on('data', (part: string) => (text += part))
        answer.once('data', () => void platform.halt('producers').catch(reject))
        answer.once('end', () => {
          resolve(text.trimEnd().split('\n'))
        })
      })
    })
    sent.destroy()
    const answers = lines.map((text) => JSON.parse(text) as { line: number; status: number })
    const last = answers.pop()
    expect(last).toMatchObject({ line: answers.length + 1, status: 503, problem: { code: 'not-ready' } })
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
  }, 60_000)
})
