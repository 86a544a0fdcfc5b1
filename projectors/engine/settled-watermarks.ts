import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from '@reprise/core/ports/logger.port.ts'

type Watermark = { readonly watermark: number; readonly isCurrent: () => boolean }

/** Watermarks that become true only after the store has been settled (an index refreshed, say). */
export type SettledWatermarks = {
  readonly add: (partition: number, watermark: number, isCurrent: () => boolean) => void
}

/** A refresh makes segments, so one begins at most this often. */
const settleEveryMs = 100

/**
 * Hands watermarks on after a settling that began after they were added; the next batch doesn't wait for it. A failed
 * one is tried again, unless the partition has been begun anew meanwhile.
 */
export const createSettledWatermarks = (
  settle: () => Promise<void>,
  handOn: (partition: number, watermark: number) => void,
  logger: Logger,
): SettledWatermarks => {
  const waiting = new Map<number, Watermark>()
  let isRunning = false

  const settleOnce = async (): Promise<void> => {
    const batch = [...waiting]
    waiting.clear()
    try {
      await settle()
      for (const [partition, { watermark, isCurrent }] of batch) if (isCurrent()) handOn(partition, watermark)
    } catch (error) {
      logger.warn({ reason: (error as Error).message }, 'an index could not be refreshed; trying again')
      for (const [partition, left] of batch)
        if (left.isCurrent() && !waiting.has(partition)) waiting.set(partition, left)
    }
  }
  const run = async (): Promise<void> => {
    isRunning = true
    while (waiting.size > 0) {
      await settleOnce()
      await pause(settleEveryMs)
    }
    isRunning = false
  }
  return {
    add: (partition, watermark, isCurrent) => {
      waiting.set(partition, { watermark, isCurrent })
      if (!isRunning) void run()
    },
  }
}
