import { spawn } from 'node:child_process'
import { join } from 'node:path'

const guarded = new Set<string>()

/**
 * Starts a small process that waits for our end, however we end, and then stops everything in the state directory:
 * it reads from a pipe whose other end only we hold.
 */
export function guardWithWatchdog(stateDir: string, temporary: boolean): void {
  if (guarded.has(stateDir)) return
  guarded.add(stateDir)
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'watchdog.ts'), stateDir, temporary ? 'temporary' : ''],
    {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    },
  )
  child.unref()
  // Sockets of child processes keep the event loop alive by default; this one must not.
  ;(child.stdin as unknown as { unref: () => void }).unref()
}
