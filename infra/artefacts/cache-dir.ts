import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Environment } from '../part.ts'

/** Where artefacts are kept: shared by all clones of a user, and untouched by `reset`. */
export function cacheDirOf(env: Environment): string {
  return env.REPRISE_CACHE || join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'reprise')
}
