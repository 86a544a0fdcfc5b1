import { execFile } from 'node:child_process'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Client, clientOf, seen } from './client.ts'
import { type Platform, startPlatform } from './platform.ts'

type Sent = {
  readonly name: string
  readonly traceId: string
  readonly parentSpanId?: string
  readonly spanId: string
}

/** An OTLP endpoint that remembers the spans it was sent. */
const startCollector = async () => {
  const spans: Sent[] = []
  const server: Server = createServer((request, response) => {
    void text(request).then((body) => {
      const { resourceSpans } = JSON.parse(body) as { resourceSpans: { scopeSpans: { spans: Sent[] }[] }[] }
      spans.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)))
      response.end('{}')
    })
  })
  await new Promise<void>((go) => server.listen(0, '127.0.0.1', go))
  const { port } = server.address() as AddressInfo
  return { spans, url: `http://127.0.0.1:${port}/v1/traces`, close: () => server.close() }
}

const reprise = async (platform: Platform, ...args: readonly string[]) => {
  const main = join(import.meta.dirname, '..', 'cli', 'main.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [main, ...args], {
    env: platform.environment,
  })
  return stdout
}

const until = async (isSo: () => boolean | Promise<boolean>) => {
  while (!(await isSo())) await new Promise((go) => setTimeout(go, 200))
}

describe('a platform that is watched', () => {
  let platform: Platform
  let collector: Awaited<ReturnType<typeof startCollector>>
  let ann: Client
  let projectors: string
  beforeAll(async () => {
    collector = await startCollector()
    platform = await startPlatform({ environment: { REPRISE_OTLP: collector.url, REPRISE_TRACE_RATIO: '0' } })
    projectors = platform.addressOf('projectors')
    ann = await clientOf(platform, 'ann')
  }, 120_000)
  afterAll(async () => {
    collector.close()
    await platform.stop()
  })

  const traceId = '0af7651916cd43dd8448eb211c80319c'

  test('a play that is sent twice is counted once, and the operator sees how far everything is', async () => {
    const play = {
      trackId: 'track-1',
      startedAt: new Date(Date.now() - 200_000).toISOString(),
      msPlayed: 180_000,
    }
    const headers = { traceparent: `00-${traceId}-b7ad6b7169203331-01` }
    await ann.command('POST', '/v1/plays', { body: play, headers })
    const again = await ann.command('POST', '/v1/plays', { body: play })
    const counts = await ann.query('GET', '/v1/tracks/track-1/counts?window=all', { headers: seen(again) })
    expect(counts.body).toMatchObject({ plays: 1 })

    const status = JSON.parse(
      await reprise(platform, 'projections', 'status', '--json', '--address', projectors),
    ) as {
      projections: { name: string; state: string; lagEvents: number; partitions: unknown[] }[]
    }
    const songCounts = status.projections.find(({ name }) => name === 'song-counts')
    expect(songCounts).toMatchObject({ state: 'running', lagEvents: 0, version: 1 })
    expect(songCounts?.partitions).toHaveLength(4)
    expect(await reprise(platform, 'projections', 'status', '--once', '--address', projectors)).toContain(
      'play-index',
    )
  })

  test('operators alone are told, and Prometheus is told the same', async () => {
    const ask = async (roles: readonly string[]) => {
      const authorization = `Bearer ${await platform.tokenOf('ann', { roles })}`
      return (await fetch(`${projectors}/v1/projections`, { headers: { authorization } })).status
    }
    expect([await ask(['operator']), await ask(['analyst']), await ask([])]).toEqual([200, 403, 403])
    expect((await fetch(`${projectors}/v1/projections`)).status).toBe(401)
    const metrics = await (await fetch(`${projectors}/metrics`)).text()
    expect(metrics).toMatch(
      /reprise_projection_lag_events\{projection="song-counts",version="1",partition="0"\} 0/,
    )
    expect(metrics).toMatch(/reprise_play_index_duplicates_total 1/)
  })

  test('the command, its record and every projection of it are one trace', async () => {
    const named = (name: string) => collector.spans.find((span) => span.name === name)
    await until(() => named('POST /v1/plays') !== undefined && named('project song-counts') !== undefined)
    const command = named('POST /v1/plays')
    expect(command).toMatchObject({ traceId, parentSpanId: 'b7ad6b7169203331' })
    for (const name of ['append playback-events', 'project song-counts', 'project listening-history'])
      expect(named(name)).toMatchObject({ traceId, parentSpanId: command?.spanId })
  })
})
