import { StoreUnavailable } from '@reprise/core/ports/store-failure.ts'

/** Tells listeners that a store was lost, once per outage. */
export type LossNotice = {
  /** Runs an operation: {@link StoreUnavailable} is a loss, and an answer to what began after the loss ends the outage. */
  readonly watch: <T>(ask: () => Promise<T>) => Promise<T>
  /** Tells the listeners, unless they know already. */
  readonly lost: (reason: string) => void
  readonly onLost: (listener: () => void) => void
}

/**
 * Law 11: whoever lost a store must go back to what it then finds. Hundreds of operations fail in one outage, and each
 * notice makes a projector read its checkpoints again, so an outage is told once. An answer to something asked before
 * the loss proves nothing: it may have been on its way already.
 */
export const createLossNotice = (onOutage: (reason: string) => void): LossNotice => {
  const listeners: (() => void)[] = []
  let isLost = false
  let outages = 0

  const lost = (reason: string) => {
    if (isLost) return
    isLost = true
    outages++
    onOutage(reason)
    for (const listener of listeners) listener()
  }
  return {
    lost,
    onLost: (listener) => void listeners.push(listener),
    watch: async (ask) => {
      const begunIn = outages
      try {
        const answer = await ask()
        if (begunIn === outages) isLost = false
        return answer
      } catch (error) {
        if (error instanceof StoreUnavailable) lost(error.message)
        throw error
      }
    },
  }
}
