import { down } from './down.ts'
import type { Part } from './part.ts'
import { stateDirOf } from './state-dir.ts'
import { isRunning, stopProcess } from './supervise/process.ts'
import { readRuns } from './supervise/run-file.ts'
import { up, type Addresses, type UpOptions } from './up.ts'

const lockWaitMs = 120_000

/** The process of a part that runs; undefined when it doesn't. */
export function pidOf(name: string, stateDir = stateDirOf()): number | undefined {
  const run = readRuns(stateDir)[name]
  return run !== undefined && isRunning(run) ? run.pid : undefined
}

/** Kills a part at once, as a crash would; it stays on record as dead, so that `up` or `restart` brings it back where it was. */
export async function kill(name: string, stateDir = stateDirOf()): Promise<void> {
  const run = readRuns(stateDir)[name]
  if (run !== undefined) await stopProcess(run, { signal: 'SIGKILL', timeoutMs: 10_000 })
}

/** Stops a part in an orderly way if it runs, starts it at the same ports and waits until it is ready. */
export async function restart(part: Part, options: Omit<UpOptions, 'parts'> = {}): Promise<Addresses> {
  const stateDir = options.stateDir ?? stateDirOf(options.env)
  const ports = readRuns(stateDir)[part.name]?.ports
  await down({ stateDir, only: [part.name], lockWaitMs })
  return up({
    ...options,
    stateDir,
    env: { ...(options.env ?? process.env), ...variablesOf(part, ports) },
    parts: [part],
    ports: 'fixed',
    lockWaitMs,
  })
}

/** The variables that start a part here, at the ports that it had, whatever address the environment names. */
function variablesOf(part: Part, ports: Readonly<Record<string, number>> = {}): Record<string, string> {
  const moved = part.ports.map(({ name, number, variable }) => [variable, String(ports[name] ?? number)])
  return { ...(Object.fromEntries(moved) as Record<string, string>), [part.addressVariable]: '' }
}
