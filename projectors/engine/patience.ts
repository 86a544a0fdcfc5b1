import { setTimeout as pause } from 'node:timers/promises'

const waitMsMin = 25
const waitMsMax = 2_000

/** When to go on waiting. */
export type Patience = {
  /** Aborted when nobody needs the result any more. */
  readonly signal: AbortSignal
  /** Whether waiting can help against this error. */
  readonly against: (error: unknown) => boolean
  /** Told of every failure that is waited for. */
  readonly onWait: (error: Error) => void
}

/**
 * Does work again and again, with back-off and for ever, while it fails in a way that passes by itself.
 * @throws what the work threw, if waiting doesn't help; the signal's reason, if it was aborted.
 */
export const patiently = async <T>(work: () => Promise<T>, patience: Patience): Promise<T> => {
  for (let waitMs = waitMsMin; ; waitMs = nextWait(waitMs)) {
    patience.signal.throwIfAborted()
    try {
      return await work()
    } catch (error) {
      if (!patience.against(error)) throw error
      patience.onWait(error as Error)
    }
    await pause(waitMs, undefined, { signal: patience.signal })
  }
}

/** The back-off after a wait: double, up to two seconds. */
export const nextWait = (waitMs: number): number => Math.min(waitMs * 2, waitMsMax)
