import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ProcessId } from './process.ts'

/** What is remembered of a started part: enough to find, ask and stop it without its definition. */
export type RunRecord = ProcessId & {
  readonly name: string
  readonly kind: 'engine' | 'service'
  readonly needs: readonly string[]
  readonly ports: Readonly<Record<string, number>>
  readonly address: string
  readonly stopSignal: NodeJS.Signals
  readonly stopTimeoutMs: number
  /** ISO 8601 */
  readonly startedAt: string
}

/** The started parts by name, in the order in which they were started. */
export type RunRecords = Readonly<Record<string, RunRecord>>

/** Reads `run.json`; nothing was started where there is none. */
export function readRuns(stateDir: string): RunRecords {
  const path = join(stateDir, 'run.json')
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as RunRecords
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    if (!(error instanceof SyntaxError)) throw error
    throw new Error(
      `${path} can't be read (${error.message}), so what was started can't be told: end it by hand, then delete the file`,
      { cause: error },
    )
  }
}

/** Remembers a part; synchronous, so that no started process goes unrecorded when we are interrupted. */
export function recordRun(stateDir: string, record: RunRecord): void {
  write(stateDir, [...withoutPart(stateDir, record.name), record])
}

/** Forgets a part that has ended. */
export function forgetRun(stateDir: string, name: string): void {
  write(stateDir, withoutPart(stateDir, name))
}

function withoutPart(stateDir: string, name: string): RunRecord[] {
  return Object.values(readRuns(stateDir)).filter((run) => run.name !== name)
}

function write(stateDir: string, runs: readonly RunRecord[]): void {
  const records: RunRecords = Object.fromEntries(runs.map((run) => [run.name, run]))
  mkdirSync(stateDir, { recursive: true })
  const path = join(stateDir, 'run.json')
  writeFileSync(`${path}.new`, `${JSON.stringify(records, null, 2)}\n`)
  renameSync(`${path}.new`, path)
}
