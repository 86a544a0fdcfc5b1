import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { folderOf, type Artefact } from '../artefacts/artefact.ts'
import { writeManifest } from '../artefacts/manifest.ts'
import { down } from '../down.ts'
import type { Environment, PartContext } from '../part.ts'
import { furtherProducers, producers } from '../parts.ts'
import { up, type UpOptions } from '../up.ts'
import { askHttp } from './ask-http.ts'
import { dummyPart, temporaryStateDir } from './dummy-part.ts'
import { fixedPortsOf } from './ports.ts'
import { readRuns } from './run-file.ts'
import { logPathOf } from './spawn-part.ts'

let stateDir: string
let options: UpOptions

beforeEach(() => {
  stateDir = temporaryStateDir()
  options = { stateDir, ports: 'free', env: { PATH: process.env.PATH } }
})

afterEach(async () => {
  await down({ stateDir })
  rmSync(stateDir, { recursive: true })
})

test('a taken port is named with its holder and the variable that moves it, and nothing is started', async () => {
  const server = await listening()
  const { port } = server.address() as AddressInfo
  const env = { ...options.env, REPRISE_LOG_PORT: String(port) }
  const starting = up({ ...options, ports: 'fixed', env, parts: [dummyPart('log')] })
  await expect(starting).rejects.toThrow(`port ${port} (log) is taken by process ${process.pid}`)
  await expect(starting).rejects.toThrow('REPRISE_LOG_PORT=<port> moves it')
  expect(readRuns(stateDir)).toEqual({})
  server.close()
})

test('a part is not ready by what another process answers at its port, which was there a moment before', async () => {
  const other = createHttpServer((_, answer) => answer.end('ok'))
  const log = dummyPart('log', {
    readyTimeoutMs: 60_000,
    // Ports have been looked at by then.
    prepare: ({ ports }) =>
      new Promise((resolve) => other.listen(ports.client, '127.0.0.1', () => resolve())),
  })
  const message = await messageOf(up({ ...options, parts: [log] }))
  other.close()
  expect(message).toContain('log ended early')
  expect(message).toContain('EADDRINUSE')
})

test('a part that is not ready in time shows the reason, its last 20 lines and its log', async () => {
  const script = `for (let i = 1; i <= 30; i++) console.log('line ' + i + '.'); setInterval(() => {}, 1000)`
  const mute = dummyPart('mute', {
    script,
    readyTimeoutMs: 1000,
    // However long it takes to start: it is asked when it has said all that it will.
    ready: async ({ ports }) => {
      while (!readFileSync(logPathOf(stateDir, 'mute'), 'utf8').includes('line 30.')) await sleep(20)
      await askHttp(`http://127.0.0.1:${ports.client}/`, AbortSignal.timeout(60_000))
    },
  })
  const message = await messageOf(up({ ...options, parts: [mute] }))
  expect(message).toMatch(/mute was not ready after 1 s: .*ECONNREFUSED/)
  expect(message).toContain('line 11.')
  expect(message).not.toContain('line 10.')
  expect(message).toContain(`${stateDir}/logs/mute.log`)
})

test('a part that ends early is reported at once; the others become ready all the same', async () => {
  const broken = dummyPart('broken', {
    script: `console.error('no such disk'); process.exit(3)`,
    readyTimeoutMs: 60_000,
  })
  const parts = [broken, dummyPart('log'), dummyPart('after', { needs: ['broken'] })]
  const message = await messageOf(up({ ...options, parts }))
  expect(message).toContain('broken ended early (exit code 3)')
  expect(message).toContain('no such disk')
  expect(Object.keys(readRuns(stateDir)).sort()).toEqual(['broken', 'log'])
})

test('a part whose files in the cache have changed says so, and how they come anew', async () => {
  const artefact: Artefact = { name: 'x', version: '1', dependencies: ['g:a:1'], exclusions: [] }
  const cache = temporaryStateDir()
  const artefactDir = join(cache, folderOf(artefact))
  mkdirSync(artefactDir)
  writeFileSync(join(artefactDir, 'x.jar'), 'contents')
  await writeManifest(artefactDir)
  writeFileSync(join(artefactDir, 'x.jar'), 'CONTENTS')
  const broken = dummyPart('broken', { artefact, script: 'process.exit(1)' })
  const message = await messageOf(
    up({ ...options, env: { ...options.env, REPRISE_CACHE: cache }, parts: [broken] }),
  )
  rmSync(cache, { recursive: true })
  expect(message).toContain(`its files are damaged (x.jar has other contents): delete ${artefactDir}`)
})

test('a part that can not be fetched is named, with the words of what should have fetched it', async () => {
  const folder = temporaryStateDir()
  writeFileSync(join(folder, 'mvn'), '#!/bin/sh\necho Unknown host; exit 1\n', { mode: 0o755 })
  const path = process.env.PATH ?? ''
  process.env.PATH = `${folder}:${path}`
  const artefact: Artefact = { name: 'x', version: '1', dependencies: ['g:a:1'], exclusions: [] }
  const env = { PATH: process.env.PATH, REPRISE_CACHE: folder }
  const message = await messageOf(up({ ...options, env, parts: [dummyPart('far', { artefact })] }))
  process.env.PATH = path
  rmSync(folder, { recursive: true })
  expect(message).toContain('what far runs on could not be fetched; is there a network?')
  expect(message).toContain('  | Unknown host')
})

test('a program that is not there is said so', async () => {
  const absent = dummyPart('absent', { command: () => ({ file: '/no/such/program', args: [] }) })
  expect(await messageOf(up({ ...options, parts: [absent] }))).toContain('absent could not be started')
})

test('further command processes listen behind the first, wherever that was moved to', () => {
  const [second, third] = furtherProducers(3)
  const portsOf = (env: Environment) =>
    [producers, second!, third!].map((part) => fixedPortsOf(part, env)['client'])
  expect(portsOf({})).toEqual([4000, 4010, 4011])
  expect(portsOf({ REPRISE_COMMAND_PORT: '5000' })).toEqual([5000, 5010, 5011])
  expect(portsOf({ REPRISE_COMMAND_PORT: '5000', REPRISE_COMMAND_PORT_3: '80' })).toEqual([5000, 5010, 80])
  // A restart names the port that a part had.
  expect(portsOf({ REPRISE_COMMAND_PORT_2: '4010' })).toEqual([4000, 4010, 4011])
  expect(() => portsOf({ REPRISE_COMMAND_PORT: '65530' })).toThrow(
    'REPRISE_COMMAND_PORT=65530 leaves no port for a further process, which listens 10 above it; ' +
      'REPRISE_COMMAND_PORT_2=<port> moves that one',
  )
})

test('a further command process is told its own port under the name that all of them read', () => {
  const [second] = furtherProducers(2)
  const { env } = second!.command({ ports: { client: 5010 } } as unknown as PartContext)
  expect(env).toEqual({ REPRISE_COMMAND_PORT: '5010' })
})

test('a port that two parts want is named with both and what moves them, and nothing is started', async () => {
  const env = { ...options.env, REPRISE_LOG_PORT: '4991', REPRISE_STORE_PORT: '4991' }
  const starting = up({ ...options, ports: 'fixed', env, parts: [dummyPart('log'), dummyPart('store')] })
  await expect(starting).rejects.toThrow(
    'port 4991 is wanted by log and store; REPRISE_LOG_PORT=<port> or REPRISE_STORE_PORT=<port> moves one away',
  )
  expect(readRuns(stateDir)).toEqual({})
})

test('a port that is no number is refused', async () => {
  const env = { ...options.env, REPRISE_LOG_PORT: 'many' }
  const starting = up({ ...options, ports: 'fixed', env, parts: [dummyPart('log')] })
  await expect(starting).rejects.toThrow('REPRISE_LOG_PORT=many')
})

function listening(): Promise<Server> {
  const server = createServer()
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
}

async function messageOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'nothing went wrong',
    (error: unknown) => (error as Error).message,
  )
}
