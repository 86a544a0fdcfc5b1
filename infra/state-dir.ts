import { join, resolve } from 'node:path'
import type { Environment } from './part.ts'

/** Where a local Reprise keeps its data, logs and `run.json`: REPRISE_STATE, or `.reprise` in the project. */
export function stateDirOf(env: Environment = process.env): string {
  return resolve(env.REPRISE_STATE ?? join(import.meta.dirname, '..', '.reprise'))
}
