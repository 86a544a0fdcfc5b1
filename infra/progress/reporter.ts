import { residentBytesOf } from '../supervise/process.ts'
import type { PlannedPart } from '../supervise/plan.ts'
import { readRuns } from '../supervise/run-file.ts'
import type { PartReport, PartState } from './report.ts'

/** Collects what happens to the parts of one `up` and tells it, at every change and twice a second. */
export type Reporter = {
  readonly set: (name: string, state: PartState, detail?: string) => void
  readonly end: () => void
}

type Progress = {
  state: PartState
  detail: string
  startedAt: number | undefined
  endedAt: number | undefined
}

/** `stateDir` is where the process numbers are; without `onChange` nothing is collected. */
export function createReporter(
  plan: readonly PlannedPart[],
  stateDir: string,
  onChange: ((reports: readonly PartReport[]) => void) | undefined,
): Reporter {
  if (onChange === undefined) return { set: () => undefined, end: () => undefined }
  const progress = new Map(plan.map(({ part, action }) => [part.name, initial(action)]))
  const tell = (): void =>
    onChange(plan.map((planned) => reportOf(planned, stateDir, progress.get(planned.part.name))))
  const timer = setInterval(tell, 500)
  tell()
  return {
    set: (name, state, detail = '') => {
      const part = progress.get(name)
      if (part === undefined || (part.state === state && part.detail === detail)) return
      if (state === 'starting') part.startedAt = Date.now()
      if (state === 'ready' || state === 'failed') part.endedAt = Date.now()
      Object.assign(part, { state, detail })
      tell()
    },
    end: () => {
      clearInterval(timer)
      tell()
    },
  }
}

function initial(action: PlannedPart['action']): Progress {
  const state = action === 'use' ? 'external' : 'waiting'
  return { state, detail: '', startedAt: undefined, endedAt: undefined }
}

function reportOf(
  { part, address, ports }: PlannedPart,
  stateDir: string,
  progress: Progress | undefined,
): PartReport {
  const { state, detail, startedAt, endedAt } = progress ?? initial('start')
  const pid = state === 'external' ? undefined : readRuns(stateDir)[part.name]?.pid
  return {
    name: part.name,
    kind: part.kind,
    state,
    address,
    port: Object.values(ports)[0],
    pid,
    memoryBytes: pid === undefined || state === 'waiting' ? undefined : residentBytesOf(pid),
    seconds: startedAt === undefined ? undefined : ((endedAt ?? Date.now()) - startedAt) / 1000,
    detail,
  }
}
