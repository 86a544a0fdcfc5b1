import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Platform } from './platform.ts'

const run = promisify(execFile)

/** `reprise dead-letters` as an operator runs it: its outcome, whatever the exit code. */
export const operatorOf = (platform: Platform, token: string) => async (args: readonly string[]) => {
  const main = join(import.meta.dirname, '..', 'cli', 'main.ts')
  const env = { ...platform.environment, REPRISE_TOKEN: token } as NodeJS.ProcessEnv
  const { stdout } = await run(process.execPath, [main, 'dead-letters', ...args, '--json'], { env }).catch(
    (error: unknown) => error as { readonly stdout: string },
  )
  return JSON.parse(stdout)
}
