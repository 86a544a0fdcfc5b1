import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import type { Line } from './history.ts'

/** What the checker says of one playlist. `Unknown` means that it ran out of time, which counts as a failure. */
export type Verdict = {
  readonly key: string
  readonly result: 'Ok' | 'Illegal' | 'Unknown'
  readonly operations: number
  /** How many of them have an unknown end. */
  readonly unknown: number
  /** The shortest beginning of the history that is already wrong. */
  readonly history?: readonly Line[]
}

/** Checks histories with Porcupine, each playlist by itself. */
export type Checker = {
  readonly check: (lines: readonly Line[]) => Promise<readonly Verdict[]>
  readonly remove: () => Promise<void>
}

/** Builds the checker. @throws when Go is missing, naming the remedy. */
export const createChecker = async (): Promise<Checker> => {
  const folder = await mkdtemp(join(tmpdir(), 'reprise-checker-'))
  const binary = join(folder, 'checker')
  const cwd = join(import.meta.dirname, 'checker')
  await promisify(execFile)(goHere(), ['build', '-o', binary, '.'], { cwd })
  return {
    check: (lines) => run(binary, lines),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

/** Where Go is found: on the path, or where its installers put it. */
const goHere = (): string => {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...installed]
  const found = folders.map((folder) => join(folder, 'go')).find((path) => existsSync(path))
  if (found === undefined)
    throw new Error(
      'go is missing, which the linearizability checker is written in: apt-get install -y golang-go (1.22 or newer), or brew install go',
    )
  return found
}

const installed = ['/usr/local/go/bin', '/usr/lib/go/bin', '/opt/homebrew/bin', '/snap/bin']

const run = async (binary: string, lines: readonly Line[]): Promise<readonly Verdict[]> => {
  const child = spawn(binary, ['-timeout', '120s'], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(child, 'close')
  child.stdin.end(lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  let printed = ''
  for await (const chunk of child.stdout) printed += String(chunk)
  const [code] = (await ended) as [number]
  if (code > 1) throw new Error(`the checker could not read the history (exit code ${code})`)
  return printed
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Verdict)
}
