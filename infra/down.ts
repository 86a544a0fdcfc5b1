import { refuseForeign, stateDirOf } from './state-dir.ts'
import { withLock } from './supervise/lock.ts'
import { isRunning, stopProcess } from './supervise/process.ts'
import { forgetRun, readRuns, type RunRecord } from './supervise/run-file.ts'

export type DownOptions = {
  readonly stateDir?: string
  /** Names of the parts to stop; everything that was started by default. */
  readonly only?: readonly string[]
  readonly lockWaitMs?: number
  readonly onStopped?: (stopped: Stopped) => void
}

/** `gone` had ended before. */
export type Stopped = {
  readonly name: string
  readonly pid: number
  readonly how: 'ended' | 'killed' | 'gone'
}

/** Stops exactly what `up` started, by process id: services first, and an engine after those that need it. Data stays. */
export async function down(options: DownOptions = {}): Promise<readonly Stopped[]> {
  const stateDir = options.stateDir ?? stateDirOf()
  refuseForeign(stateDir)
  return withLock({ path: `${stateDir}/run`, waitMs: options.lockWaitMs ?? 0 }, async () => {
    const runs = Object.values(readRuns(stateDir))
    const chosen = runs.filter(({ name }) => options.only === undefined || options.only.includes(name))
    return stopAll(chosen, stateDir, options.onStopped)
  })
}

async function stopAll(
  runs: readonly RunRecord[],
  stateDir: string,
  onStopped?: (stopped: Stopped) => void,
): Promise<Stopped[]> {
  const stopping = new Map<string, Promise<Stopped>>()
  const stop = (run: RunRecord): Promise<Stopped> => {
    const already = stopping.get(run.name)
    if (already !== undefined) return already
    const dependents = runs.filter((other) => needs(other, run)).map(stop)
    const stopped = Promise.all(dependents).then(() => stopOne(run, stateDir))
    stopping.set(run.name, stopped)
    if (onStopped !== undefined) void stopped.then(onStopped, () => undefined)
    return stopped
  }
  return Promise.all([...runs].reverse().map(stop))
}

function needs(other: RunRecord, run: RunRecord): boolean {
  return other.needs.includes(run.name) || (other.kind === 'service' && run.kind === 'engine')
}

async function stopOne(run: RunRecord, stateDir: string): Promise<Stopped> {
  const how = isRunning(run)
    ? await stopProcess(run, { signal: run.stopSignal, timeoutMs: run.stopTimeoutMs })
    : 'gone'
  forgetRun(stateDir, run.name)
  return { name: run.name, pid: run.pid, how }
}
