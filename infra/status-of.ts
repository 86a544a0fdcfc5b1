import type { Part, PartContext } from './part.ts'
import { partsHere } from './parts.ts'
import type { PartReport } from './progress/report.ts'
import { stateDirOf } from './state-dir.ts'
import { notReadyReason } from './supervise/await-ready.ts'
import { contextOf } from './supervise/context.ts'
import { isRunning, residentBytesOf } from './supervise/process.ts'
import { readRuns } from './supervise/run-file.ts'

export type StatusOptions = {
  readonly stateDir?: string
  readonly parts?: readonly Part[]
  /** How long each running part may take to answer. */
  readonly timeoutMs?: number
}

/** Asks every part how it is: `ready`, `unready` with the reason, `failed` when it died, `stopped`, or `external`. */
export async function statusOf(options: StatusOptions = {}): Promise<readonly PartReport[]> {
  const stateDir = options.stateDir ?? stateDirOf()
  const parts = options.parts ?? partsHere(stateDir)
  return Promise.all(parts.map((part) => statusOfPart(part, stateDir, options.timeoutMs ?? 5000)))
}

async function statusOfPart(part: Part, stateDir: string, timeoutMs: number): Promise<PartReport> {
  const run = readRuns(stateDir)[part.name]
  const given = process.env[part.addressVariable] ?? ''
  if (run === undefined)
    return given === ''
      ? { ...blankOf(part), state: 'stopped' }
      : { ...blankOf(part), state: 'external', address: given }
  const found = { ...blankOf(part), address: run.address, port: Object.values(run.ports)[0], pid: run.pid }
  if (!isRunning(run)) return { ...found, state: 'failed', detail: 'its process is gone' }
  const context = contextOf(part, run.ports, {
    stateDir,
    env: process.env,
    addresses: { [part.name]: run.address },
    artefactDir: '',
    java: '',
  })
  const reason = await notReadyReason(part, context, timeoutMs)
  return {
    ...found,
    state: reason === undefined ? 'ready' : 'unready',
    detail: reason ?? (await detailOf(part, context, timeoutMs)),
    memoryBytes: residentBytesOf(run.pid),
    seconds: Math.round((Date.now() - Date.parse(run.startedAt)) / 1000),
  }
}

/** What a ready part tells about itself; that it tells nothing is no reason to call it unready. */
async function detailOf(part: Part, context: PartContext, timeoutMs: number): Promise<string> {
  return part.detail?.(context, AbortSignal.timeout(timeoutMs)).catch(() => '') ?? ''
}

function blankOf({ name, kind }: Part): Omit<PartReport, 'state'> {
  return {
    name,
    kind,
    address: '',
    port: undefined,
    pid: undefined,
    memoryBytes: undefined,
    seconds: undefined,
    detail: '',
  }
}
