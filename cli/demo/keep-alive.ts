import { setTimeout as sleep } from 'node:timers/promises'
import { engines, services } from '@reprise/infra/parts.ts'
import { isRunning } from '@reprise/infra/supervise/process.ts'
import { readRuns } from '@reprise/infra/supervise/run-file.ts'
import { up } from '@reprise/infra/up.ts'

const everyMs = 1_000
const lockWaitMs = 120_000

/**
 * Looks every second whether the parts that `up` started are alive, and starts dead ones again; says so in a line.
 * Parts that somebody stopped with `down` are not on record any more and stay down. Ends with the signal.
 */
export const keepAlive = async (options: {
  readonly stateDir: string
  readonly say: (text: string) => void
  readonly signal: AbortSignal
}): Promise<void> => {
  const { stateDir, say, signal } = options
  while (await pause(signal)) {
    const dead = deadParts(stateDir)
    if (dead.length === 0) continue
    const startedAt = Date.now()
    say(`  ! ${dead.join(', ')} died; starting again, the demo waits`)
    try {
      // Only the dead ones: an ailing part that still runs must not hold them up.
      await up({
        stateDir,
        lockWaitMs,
        onRecord: true,
        parts: known.filter(({ name }) => dead.includes(name)),
      })
      say(`  ! ${dead.join(', ')} back after ${((Date.now() - startedAt) / 1_000).toFixed(1)} s`)
    } catch (reason) {
      say(`  ! ${dead.join(', ')} did not come back yet: ${(reason as Error).message.split('\n')[0]}`)
    }
  }
}

const known = [...engines, ...services]

const deadParts = (stateDir: string): readonly string[] =>
  Object.values(readRuns(stateDir))
    .filter((run) => !isRunning(run))
    .map(({ name }) => name)

/** False when it is over. */
const pause = (signal: AbortSignal): Promise<boolean> => sleep(everyMs, true, { signal }).catch(() => false)
