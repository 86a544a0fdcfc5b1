import { expect, test } from '@jest/globals'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { down } from '../down.ts'
import { pidOf } from '../restart.ts'
import { temporaryStateDir } from './dummy-part.ts'
import { LockHeld, withLock } from './lock.ts'
import { readRuns } from './run-file.ts'

const infra = join(import.meta.dirname, '..')

/** Runs a module in a process of its own and waits for its first line. */
async function started(source: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], { cwd: infra })
  child.stderr.on('data', (text: Buffer) => process.stderr.write(text))
  await once(child.stdout, 'data')
  return child
}

test('with the life of a process, parts end when it is killed', async () => {
  const stateDir = temporaryStateDir()
  const child = await started(`
    import { up } from '${infra}/up.ts'
    import { dummyPart } from '${infra}/supervise/dummy-part.ts'
    await up({ stateDir: '${stateDir}', parts: [dummyPart('log')], ports: 'free', env: process.env, lifetime: 'process' })
    console.log('ready'); setInterval(() => {}, 1000)`)
  expect(pidOf('log', stateDir)).toBeGreaterThan(0)
  child.kill('SIGKILL')
  for (let i = 0; i < 1_200 && pidOf('log', stateDir) !== undefined; i++) await sleep(50)
  expect(pidOf('log', stateDir)).toBeUndefined()
  rmSync(stateDir, { recursive: true })
})

test('detached parts outlive the process that started them', async () => {
  const stateDir = temporaryStateDir()
  const child = await started(`
    import { up } from '${infra}/up.ts'
    import { dummyPart } from '${infra}/supervise/dummy-part.ts'
    await up({ stateDir: '${stateDir}', parts: [dummyPart('log')], ports: 'free', env: process.env })
    console.log('ready')`)
  await once(child, 'exit')
  expect(pidOf('log', stateDir)).toBeGreaterThan(0)
  expect(await down({ stateDir })).toMatchObject([{ name: 'log', how: 'ended' }])
  rmSync(stateDir, { recursive: true })
})

test('a lock keeps others out while its holder lives, and dies with it', async () => {
  const stateDir = temporaryStateDir()
  const path = join(stateDir, 'run')
  const child = await started(`
    import { withLock } from '${infra}/supervise/lock.ts'
    await withLock({ path: '${path}', waitMs: 0 }, () => { console.log('held'); return new Promise(() => setInterval(() => {}, 1000)) })`)
  const attempt = withLock({ path, waitMs: 0 }, () => Promise.resolve('mine'))
  await expect(attempt).rejects.toThrow(LockHeld)
  await expect(attempt).rejects.toThrow(`process ${child.pid}, which starts, stops or fetches there: wait`)
  child.kill('SIGKILL')
  expect(await withLock({ path, waitMs: 5000 }, () => Promise.resolve('mine'))).toBe('mine')
  rmSync(stateDir, { recursive: true })
})

test('a lock that cannot be taken is named, and so is a record that cannot be read', async () => {
  const stateDir = temporaryStateDir()
  mkdirSync(join(stateDir, 'run.lock'))
  const path = join(stateDir, 'run')
  await expect(withLock({ path, waitMs: 0 }, () => Promise.resolve())).rejects.toThrow(
    `${path}.lock can't be used (unable to open database file)`,
  )
  writeFileSync(join(stateDir, 'run.json'), '{"log": {')
  expect(() => readRuns(stateDir)).toThrow(`${path}.json can't be read`)
  rmSync(stateDir, { recursive: true })
})
