import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { getPriority } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { down } from './down.ts'
import { queryApi } from './parts.ts'
import { kill, pidOf, restart } from './restart.ts'
import { stateDirOf } from './state-dir.ts'
import { statusOf } from './status-of.ts'
import { dummyPart, temporaryStateDir } from './supervise/dummy-part.ts'
import { startTimeOf } from './supervise/process.ts'
import { readRuns, recordRun } from './supervise/run-file.ts'
import { up, type UpOptions } from './up.ts'

const log = dummyPart('log')
const store = dummyPart('store')
const service = dummyPart('service', { kind: 'service', needs: ['log'] })
const parts = [service, log, store]
let stateDir: string
let options: UpOptions

beforeEach(() => {
  stateDir = temporaryStateDir()
  options = { stateDir, parts, ports: 'free', env: { PATH: process.env.PATH } }
})

afterEach(async () => {
  await down({ stateDir })
  rmSync(stateDir, { recursive: true })
})

test('a part that yields does so to the processes of every session', async () => {
  await up({ ...options, parts: [dummyPart('log', { niceness: 7 })] })
  const pid = pidOf('log', stateDir)
  expect(getPriority(pid)).toBe(7)
  const ofSession = `/proc/${pid}/autogroup`
  if (existsSync(ofSession)) expect(readFileSync(ofSession, 'utf8')).toContain('nice 7')
})

test('a second up leaves running parts alone and gives the same addresses', async () => {
  const first = await up(options)
  const pids = parts.map(({ name }) => pidOf(name, stateDir))
  expect(await up(options)).toEqual(first)
  expect(parts.map(({ name }) => pidOf(name, stateDir))).toEqual(pids)
  expect(first.env).toMatchObject({ REPRISE_LOG: first.byPart.log, REPRISE_STATE: stateDir })
})

test.each([
  ['', () => join(stateDir, 'keys', 'jwks.json')],
  ['https://id.example/keys', () => 'https://id.example/keys'],
])('services are told the local keys, unless REPRISE_JWKS names others: "%s"', async (given, told) => {
  const env = { ...options.env, REPRISE_JWKS: given }
  expect((await up({ ...options, env, parts: [log] })).env).toMatchObject({ REPRISE_JWKS: told() })
})

test('a part starts after those that it needs, whatever the order they are named in', async () => {
  await up(options)
  const order = Object.keys(readRuns(stateDir))
  expect(order.indexOf('log')).toBeLessThan(order.indexOf('service'))
})

test('a dead part comes back at its old address, and the others stay', async () => {
  const before = await up(options)
  const others = [pidOf('log', stateDir), pidOf('service', stateDir)]
  await kill('store', stateDir)
  expect(await statusOf({ stateDir, parts: [store] })).toMatchObject([{ state: 'failed' }])
  expect(await up(options)).toEqual(before)
  expect([pidOf('log', stateDir), pidOf('service', stateDir)]).toEqual(others)
  expect(await statusOf({ stateDir, parts: [store] })).toMatchObject([{ state: 'ready' }])
})

test('where only what is on record comes back, what was stopped meanwhile stays down', async () => {
  await up(options)
  await kill('store', stateDir)
  await down({ stateDir, only: ['service', 'log'] })
  await up({ ...options, onRecord: true })
  expect(Object.keys(readRuns(stateDir))).toEqual(['store'])
  expect(pidOf('store', stateDir)).toBeDefined()
})

test('a ready part may tell something about itself; that it fails to is not held against it', async () => {
  const telling = { ...log, detail: () => Promise.resolve('3 records behind') }
  const silent = { ...store, detail: () => Promise.reject(new Error('no idea')) }
  await up({ ...options, parts: [telling, silent] })
  expect(await statusOf({ stateDir, parts: [telling, silent] })).toMatchObject([
    { state: 'ready', detail: '3 records behind' },
    { state: 'ready', detail: '' },
  ])
})

test('a part that lacks something is refused with its words, before anything is started', async () => {
  const lacking = dummyPart('lacking', { missing: () => ['a license: ask the vendor'] })
  await expect(up({ ...options, parts: [log, lacking] })).rejects.toThrow('- a license: ask the vendor')
  expect(readRuns(stateDir)).toEqual({})
})

test('restart brings a part back at its old address with another process', async () => {
  const before = await up(options)
  const pid = pidOf('store', stateDir)
  // Tests are told the addresses of the engines; a restart must not take them for someone else's.
  const after = await restart(store, { stateDir, env: { ...options.env, ...before.env } })
  expect(after.byPart.store).toBe(before.byPart.store)
  expect(pidOf('store', stateDir)).not.toBe(pid)
})

test('down stops services before engines, exactly what was started, and forgets it', async () => {
  await up(options)
  const pids = parts.map(({ name }) => pidOf(name, stateDir) ?? 0)
  const stopped: string[] = []
  await down({ stateDir, onStopped: ({ name }) => void stopped.push(name) })
  expect(stopped[0]).toBe('service')
  expect(stopped).toHaveLength(3)
  expect(pids.map(startTimeOf)).toEqual([undefined, undefined, undefined])
  expect(readRuns(stateDir)).toEqual({})
})

test('a further command process is known by its record, however many this shell names', async () => {
  await up({ ...options, parts: [log] })
  recordRun(stateDir, { ...readRuns(stateDir).log!, name: 'producers-3', startTime: 'dead' })
  const reports = await statusOf({ stateDir })
  expect(reports.find(({ name }) => name === 'producers-3')).toMatchObject({ state: 'failed' })
})

test('a process that was given the number of a dead part is never killed', async () => {
  await up({ ...options, parts: [log] })
  const { log: run } = readRuns(stateDir)
  recordRun(stateDir, { ...run!, startTime: 'of another process' })
  expect(await down({ stateDir })).toMatchObject([{ name: 'log', how: 'gone' }])
  await sleep(100)
  expect(startTimeOf(run!.pid)).toBe(run!.startTime)
  recordRun(stateDir, run!)
})

test('nothing is started for a part whose address the user names', async () => {
  const env = { ...options.env, REPRISE_LOG: 'elsewhere:1' }
  const { byPart } = await up({ ...options, env, parts: [log, service] })
  expect(byPart.log).toBe('elsewhere:1')
  expect(pidOf('log', stateDir)).toBeUndefined()
})

test('an address that is named for a part that runs here is refused, rather than of no effect', async () => {
  const { byPart } = await up({ ...options, parts: [log] })
  const env = { ...options.env, REPRISE_LOG: 'elsewhere:1' }
  await expect(up({ ...options, env, parts: [log] })).rejects.toThrow(
    `log runs here at ${byPart.log}, and REPRISE_LOG names elsewhere:1: stop what runs first`,
  )
})

test.each([
  [{}, 'http://127.0.0.1:4001'],
  [{ REPRISE_HOST: [0, 0, 0, 0].join('.') }, 'http://127.0.0.1:4001'],
  [{ REPRISE_HOST: '192.0.2.1' }, 'http://192.0.2.1:4001'],
  [{ REPRISE_HOST: '::1' }, 'http://[::1]:4001'],
])('a service is asked where it listens: %j', (env, address) => {
  expect(queryApi.addressOf({ client: 4001 }, env)).toBe(address)
})

test('a part whose need is neither started nor named is refused', async () => {
  await expect(up({ ...options, parts: [service] })).rejects.toThrow(
    'service needs log, which is not running',
  )
})

test('a part that ignores the polite signal is killed', async () => {
  const script = `process.on('SIGTERM', () => {}); require('node:http').createServer((_, a) => a.end()).listen(+process.argv[1])`
  await up({ ...options, parts: [dummyPart('stubborn', { script, stopTimeoutMs: 200 })] })
  expect(await down({ stateDir })).toMatchObject([{ name: 'stubborn', how: 'killed' }])
})

test('a folder with things of others is no state directory: nothing is made there that reset would delete', async () => {
  writeFileSync(join(stateDir, 'thesis.txt'), 'two years of work')
  await expect(up(options)).rejects.toThrow(`${stateDir} holds thesis.txt, which is none of ours`)
  await expect(down({ stateDir })).rejects.toThrow('let REPRISE_STATE name a new or an empty folder')
  expect(readdirSync(stateDir)).toEqual(['thesis.txt'])
  rmSync(join(stateDir, 'thesis.txt'))
})

test('a state directory that is set to nothing is the one by default, not the folder one is in', () => {
  expect(stateDirOf({ REPRISE_STATE: '' })).toBe(stateDirOf({}))
})
