import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from '@reprise/core/ports/logger.port.ts'

import type { Reached } from './follow-topic.ts'

type Watermark = { readonly reached: Reached; readonly isCurrent: () => boolean }

/** Watermarks that become true only after the store has been settled (an index refreshed, say). */
export type SettledWatermarks = {
  readonly add: (partition: number, reached: Reached, isCurrent: () => boolean) => void
}

/** A refresh makes segments, so the next one waits for so long at least, and as long as the last one took. */
const pauseMsMin = 100
/** After a failure, or while readers read another index. */
const askAgainMs = 250

/**
 * Hands watermarks on after a settling that began after they were added; the next batch doesn't wait for it. One that
 * failed, or says that readers don't read this store yet, is tried again with the newest watermarks of all partitions
 * that have not been begun anew meanwhile.
 */
export const createSettledWatermarks = (
  settle: () => Promise<boolean>,
  handOn: (partition: number, reached: Reached) => void,
  logger: Logger,
): SettledWatermarks => {
  const waiting = new Map<number, Watermark>()
  let isRunning = false

  const hasSettled = (): Promise<boolean> =>
    settle().catch((error: unknown) => {
      logger.warn({ reason: (error as Error).message }, 'an index could not be refreshed; trying again')
      return false
    })
  /** Resolves with how long to pause. */
  const settleOnce = async (): Promise<number> => {
    const batch = [...waiting].filter(isCurrent)
    waiting.clear()
    const begun = performance.now()
    const isSettled = batch.length === 0 || (await hasSettled())
    const pauseMs = Math.max(pauseMsMin, performance.now() - begun)
    for (const [partition, left] of batch.filter(isCurrent))
      if (isSettled) handOn(partition, left.reached)
      else if (!waiting.has(partition)) waiting.set(partition, left)
    return isSettled ? pauseMs : askAgainMs
  }
  const run = async (): Promise<void> => {
    isRunning = true
    while (waiting.size > 0) await pause(await settleOnce())
    isRunning = false
  }
  return {
    add: (partition, reached, isCurrent) => {
      waiting.set(partition, { reached, isCurrent })
      if (!isRunning) void run()
    },
  }
}

const isCurrent = ([, { isCurrent: ask }]: readonly [number, Watermark]): boolean => ask()
