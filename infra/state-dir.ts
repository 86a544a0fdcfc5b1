import { existsSync, readdirSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import type { Environment } from './part.ts'

/** Where a local Reprise keeps its data, logs and `run.json`: REPRISE_STATE, or `.reprise` in the project. */
export function stateDirOf(env: Environment = process.env): string {
  return resolve(env.REPRISE_STATE || join(import.meta.dirname, '..', '.reprise'))
}

/** Whether we ran in a folder, or it has the name that ours have. */
export function isOurs(stateDir: string): boolean {
  return basename(stateDir) === '.reprise' || existsSync(join(stateDir, 'run.lock'))
}

/** What may be in a state directory before anything was started from it. */
const beforehand: readonly string[] = ['keys', 'test-logs']

/** Throws when a folder holds what isn't ours: `reset` deletes the state directory with all that is in it. */
export function refuseForeign(stateDir: string): void {
  const found = existsSync(stateDir) ? readdirSync(stateDir) : []
  if (isOurs(stateDir)) return
  const foreign = found.find((name) => !beforehand.includes(name))
  if (foreign !== undefined)
    throw new Error(
      `${stateDir} holds ${foreign}, which is none of ours, and reset deletes all of it: ` +
        'let REPRISE_STATE name a new or an empty folder',
    )
}
