import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { partitionOf } from '@reprise/schemas/partition.ts'
import { tokenOf } from '@reprise/core/position.ts'

/**
 * For tests: answers as the command and query APIs promise to, as far as the replay looks, with all the bad luck that
 * a network has: refusals for now, and connections that break before or after the command was applied.
 */
export const startFakeCommandApi = async (luck: () => number) => {
  const streams = new Map<string, string[]>()
  const byKey = new Map<string, { readonly version: number; readonly offset: number }>()
  const ends: number[] = Array.from({ length: 16 }, () => 0)

  const apply = (playlistId: string, request: IncomingMessage, response: ServerResponse) => {
    const stream = streams.get(playlistId) ?? []
    const key = `${playlistId} ${String(request.headers['idempotency-key'])}`
    const first = byKey.get(key)
    if (first) return succeed(playlistId, first, response)
    const etag = { etag: `"${stream.length}"` }
    if (request.method === 'PUT' && stream.length > 0) return response.writeHead(409, etag).end('{}')
    if (stream.at(-1) === 'DELETE') return response.writeHead(404).end('{}')
    const expected = request.headers['if-match']
    if (expected !== undefined && expected !== etag.etag) return response.writeHead(412, etag).end('{}')
    stream.push(request.method ?? '')
    streams.set(playlistId, stream)
    const partition = partitionOf(playlistId, 16)
    const made = { version: stream.length, offset: ends[partition] ?? 0 }
    ends[partition] = made.offset + 1
    byKey.set(key, made)
    if (luck() < 0.1) return response.destroy()
    return succeed(playlistId, made, response)
  }
  const succeed = (
    playlistId: string,
    { version, offset }: { readonly version: number; readonly offset: number },
    response: ServerResponse,
  ) => {
    const token = tokenOf({ topic: 'playlist-events', partition: partitionOf(playlistId, 16), offset })
    return response.writeHead(200, { etag: `"${version}"`, 'reprise-position': token }).end('{}')
  }

  const server = createServer((request, response) => {
    const playlistId = (request.url ?? '').split('/')[3] ?? ''
    request.resume().on('end', () => {
      if (request.method === 'GET') {
        const stream = streams.get(playlistId) ?? []
        const isThere = stream.length > 0 && stream.at(-1) !== 'DELETE'
        return response.writeHead(isThere ? 200 : 404, { etag: `"${stream.length}-x"` }).end('{}')
      }
      const chance = luck()
      if (chance < 0.05) return response.destroy()
      if (chance < 0.1) return response.writeHead(503, { 'retry-after': '0' }).end('{}')
      return apply(playlistId, request, response)
    })
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  return {
    address: `http://127.0.0.1:${port}`,
    streams: streams as ReadonlyMap<string, readonly string[]>,
    /** As if 24 hours had passed. */
    forgetKeys: () => byKey.clear(),
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
