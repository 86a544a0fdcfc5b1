import { spawn } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, renameSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Part, PartContext } from '../part.ts'
import { startTimeOf, yieldToOthers } from './process.ts'
import { recordRun, type RunRecord } from './run-file.ts'

/** A part that was just started, and the word of its end if it ends while we still watch. */
export type Started = { readonly record: RunRecord; readonly ended: Promise<string> }

/** Where a part's output goes. */
export function logPathOf(stateDir: string, name: string): string {
  return join(stateDir, 'logs', `${name}.log`)
}

/** Starts a part in a process group of its own, so that it outlives us, and remembers it. */
export function spawnPart(part: Part, context: PartContext): Started {
  const { file, args, env, cwd } = part.command(context)
  const log = openLog(context.stateDir, part.name)
  const options = { cwd: cwd ?? context.dir, env: { ...process.env, ...context.env, ...env }, detached: true }
  const child = spawn(file, args, { ...options, stdio: ['ignore', log, log] })
  closeSync(log)
  const ended = new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(`could not be started: ${error.message}`))
    child.on('exit', (code, signal) => resolve(`ended early (${signal ?? `exit code ${code}`})`))
  })
  child.unref()
  if (child.pid !== undefined && part.niceness !== undefined) yieldToOthers(child.pid, part.niceness)
  return { record: remember(part, context, child.pid), ended }
}

function remember(part: Part, { stateDir, ports, env }: PartContext, pid: number | undefined): RunRecord {
  const record: RunRecord = {
    name: part.name,
    kind: part.kind,
    pid: pid ?? 0,
    startTime: (pid === undefined ? undefined : startTimeOf(pid)) ?? 'ended at once',
    ports,
    address: part.addressOf(ports, env),
    needs: part.needs,
    stopSignal: part.stopSignal,
    stopTimeoutMs: part.stopTimeoutMs,
    startedAt: new Date().toISOString(),
  }
  if (pid !== undefined) recordRun(stateDir, record)
  return record
}

const logBytesMax = 20_000_000

/** Logs are appended to, so that a crash can still be read after the restart; a big one is set aside once. */
function openLog(stateDir: string, name: string): number {
  const path = logPathOf(stateDir, name)
  mkdirSync(join(stateDir, 'logs'), { recursive: true })
  if (existsSync(path) && statSync(path).size > logBytesMax) renameSync(path, `${path}.1`)
  const log = openSync(path, 'a')
  writeSync(log, `--- ${name} starts, ${new Date().toISOString()}\n`)
  return log
}
