import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { engines, services } from '@reprise/infra/parts.ts'

const main = join(import.meta.dirname, '..', 'main.ts')
let folder: string
let stateDir: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'reprise-cli-'))
  stateDir = join(folder, 'state')
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Every part is named, so nothing is started. */
const elsewhere = Object.fromEntries(
  [...engines, ...services].map(({ addressVariable, addressOf }) => [
    addressVariable,
    addressOf({ client: 9 }, {}),
  ]),
)

type Ended = { readonly code: number | null; readonly printed: string; readonly complained: string }

function reprise(
  args: readonly string[],
  { env = {}, heard = true }: { readonly env?: Record<string, string>; readonly heard?: boolean } = {},
): Promise<Ended> {
  const { PATH } = process.env
  const child = spawn(process.execPath, [main, ...args], {
    cwd: folder,
    env: { PATH, REPRISE_STATE: stateDir, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  let complained = ''
  if (heard) child.stdout.on('data', (text: Buffer) => (printed += text.toString()))
  else child.stdout.destroy()
  child.stderr.on('data', (text: Buffer) => (complained += text.toString()))
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, printed, complained })))
}

test('up makes the keys that the services verify tokens with; reset deletes what up made', async () => {
  expect(await reprise(['up'], { env: elsewhere })).toMatchObject({ code: 0, complained: '' })
  expect(readdirSync(join(stateDir, 'keys')).sort()).toEqual(['jwks.json', 'private.jwk'])
  expect(await reprise(['reset', '--yes'])).toMatchObject({ code: 0, printed: `Deleted ${stateDir}.\n` })
  expect(existsSync(stateDir)).toBe(false)
})

test('a setting that no service can use is named before anything is started', async () => {
  const ended = await reprise(['up'], { env: { ...elsewhere, REPRISE_WAIT_MS_MAX: '5' } })
  expect(ended).toMatchObject({ code: 1, complained: expect.stringContaining('REPRISE_WAIT_MS_MAX="5"') })
  expect(existsSync(stateDir)).toBe(false)
})

test('a reader that goes away, as head does, ends a command without a complaint', async () => {
  expect(await reprise(['up'], { env: elsewhere, heard: false })).toMatchObject({ code: 141, complained: '' })
})

test('a link to the launcher runs what it leads to', () => {
  const launcher = join(import.meta.dirname, '..', '..', 'reprise')
  mkdirSync(join(folder, 'bin'))
  symlinkSync(relative(join(realpathSync(folder), 'bin'), launcher), join(folder, 'bin', 'there'))
  symlinkSync('there', join(folder, 'bin', 'reprise'))
  const { stdout, stderr } = spawnSync(join(folder, 'bin', 'reprise'), ['--help'], { encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(stdout).toContain('Usage: reprise')
})
