import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { setPriority } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'

/** A process that we started. The start time tells it from a later one that was given the same number. */
export type ProcessId = { readonly pid: number; readonly startTime: string }

/** When a process started, in whatever form this system tells it; undefined when there is none (or only a zombie). */
export function startTimeOf(pid: number): string | undefined {
  return process.platform === 'linux' ? startTimeFromProc(pid) : startTimeFromPs(pid)
}

/** Whether exactly this process still runs. */
export function isRunning(id: ProcessId): boolean {
  return startTimeOf(id.pid) === id.startTime
}

/** Resident memory in bytes; undefined when the process is gone. */
export function residentBytesOf(pid: number): number | undefined {
  try {
    if (process.platform !== 'linux') return Number(ps(pid, 'rss=')) * 1024
    const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024
  } catch {
    return undefined
  }
}

/**
 * Has a process that was just started yield to others, so far as this system knows how. Linux may weigh sessions against
 * each other, and the processes of each only among themselves; then the session is told, too (sched(7), "autogroup").
 */
export function yieldToOthers(pid: number, niceness: number): void {
  try {
    setPriority(pid, niceness)
    if (process.platform === 'linux') writeFileSync(`/proc/${pid}/autogroup`, String(niceness))
  } catch {
    // It runs as others do.
  }
}

export type StopOptions = { readonly signal: NodeJS.Signals; readonly timeoutMs: number }

/** Ends a process and waits until it is gone: politely first, by SIGKILL to its whole group after `timeoutMs`. */
export async function stopProcess(
  id: ProcessId,
  { signal, timeoutMs }: StopOptions,
): Promise<'ended' | 'killed'> {
  signalTo(id, signal)
  if (await goneWithin(id, timeoutMs)) return 'ended'
  signalTo(id, 'SIGKILL')
  await goneWithin(id, 10_000)
  return 'killed'
}

function signalTo(id: ProcessId, signal: NodeJS.Signals): void {
  if (!isRunning(id)) return
  try {
    process.kill(signal === 'SIGKILL' ? -id.pid : id.pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

async function goneWithin(id: ProcessId, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs
  while (Date.now() < deadline) {
    if (!isRunning(id)) return true
    await sleep(25)
  }
  return !isRunning(id)
}

function startTimeFromProc(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The command's name comes second, in brackets, and may itself hold spaces and brackets.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' && threadsOf(pid) <= 1 ? undefined : `${bootId()} ${fields[19]}`
  } catch {
    return undefined
  }
}

/** A killed JVM is a zombie by its first thread while the others still hold its ports. */
function threadsOf(pid: number): number {
  return readdirSync(`/proc/${pid}/task`).length
}

/** Start times count from the boot, so two boots can repeat one. */
function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8)
}

function startTimeFromPs(pid: number): string | undefined {
  try {
    const [state, ...started] = ps(pid, 'state=,lstart=').split(/\s+/)
    return state === undefined || state.startsWith('Z') ? undefined : started.join(' ')
  } catch {
    return undefined
  }
}

function ps(pid: number, format: string): string {
  return execFileSync('ps', ['-o', format, '-p', String(pid)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim()
}
