import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { openAcknowledgements } from './acknowledgements.ts'
import { createApiClient, OutOfPatience } from './api-client.ts'
import { startFakeCommandApi } from './fake-command-api.ts'
import { createGeneratedSource } from './generated-source.ts'
import { replayedPlaylistIdOf } from './playlist-plan.ts'
import { replayEdits, UnexpectedAnswer } from './replay-edits.ts'
import { createSeededRandom } from './seeded-random.ts'

const source = createGeneratedSource()
let folder = ''
let api: Awaited<ReturnType<typeof startFakeCommandApi>>

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'replay-'))
  api = await startFakeCommandApi(createSeededRandom(7).next)
})
afterEach(async () => {
  api.close()
  await rm(folder, { recursive: true })
})

const replay = async (
  options: { signal?: AbortSignal; address?: string; patienceMs?: number; onAdvance?: () => void } = {},
) => {
  const address = options.address ?? api.address
  const client = createApiClient({
    addresses: { command: [address], query: [address] },
    tokenOf: () => Promise.resolve('token'),
    inFlightMax: 16,
    patienceMs: options.patienceMs ?? 50_000,
    signal: options.signal ?? new AbortController().signal,
  })
  try {
    return await replayEdits({
      runs: source.runs(),
      client,
      acknowledgements: openAcknowledgements(join(folder, 'acknowledged.ndjson'), 'fake'),
      progress: { advance: options.onAdvance ?? (() => undefined), end: () => undefined },
      inFlightMax: 16,
    })
  } finally {
    await client.close()
  }
}

const expectWhole = (commands: number) => {
  expect(api.streams.size).toBe(20)
  expect([...api.streams.values()].flat()).toHaveLength(commands)
  expect(api.streams.get(replayedPlaylistIdOf('generated-19'))?.at(-1)).toBe('DELETE')
}

test('every command is applied exactly once, whatever breaks on the way', async () => {
  const replayed = await replay()
  expect(replayed).toMatchObject({ operations: await source.countOperations(), runs: 464 })
  expect(replayed.acknowledged).toBe(replayed.commands)
  expectWhole(replayed.commands)
})

test('a demo that was stopped goes on where it was', async () => {
  const stopping = new AbortController()
  let advanced = 0
  const onAdvance = () => {
    advanced += 1
    if (advanced === 200) stopping.abort(new Error('stopped'))
  }
  await expect(replay({ signal: stopping.signal, onAdvance })).rejects.toThrow()
  const { commands, found, acknowledged } = await replay()
  expect(found).toBeGreaterThan(100)
  expect(found + acknowledged).toBe(commands)
  expectWhole(commands)
})

test('a second demo a day later, when the keys are forgotten, applies nothing again', async () => {
  const { commands } = await replay()
  api.forgetKeys()
  expect(await replay()).toMatchObject({ commands, found: commands, acknowledged: 0 })
  expectWhole(commands)
})

test('commands that the log has lost are sent again', async () => {
  const { commands } = await replay()
  const streams = api.streams as Map<string, string[]>
  for (const id of ['generated-1', 'generated-2']) streams.get(replayedPlaylistIdOf(id))?.splice(-2)
  api.forgetKeys()
  expect(await replay()).toMatchObject({ acknowledged: 4, found: commands - 4 })
  expectWhole(commands)
})

test('patience ends with words when nobody answers', async () => {
  await expect(replay({ address: 'http://127.0.0.1:9', patienceMs: 300 })).rejects.toThrow(OutOfPatience)
})

test('a refusal that the plan does not foresee stops the replay with the answer', async () => {
  const refusing = createServer((request, response) =>
    response.writeHead(request.method === 'GET' ? 404 : 422).end('{"code":"invalid-request"}'),
  )
  await new Promise<void>((listening) => refusing.listen(0, '127.0.0.1', listening))
  const { port } = refusing.address() as AddressInfo
  const refused = replay({ address: `http://127.0.0.1:${port}` })
  await expect(refused).rejects.toThrow(UnexpectedAnswer)
  await expect(refused).rejects.toThrow(/version 1, but the answer was 422.*invalid-request/)
  refusing.closeAllConnections()
  refusing.close()
})
