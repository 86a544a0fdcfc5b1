import { coalesced } from '@reprise/core/coalesced.ts'
import { StoreUnavailable } from '@reprise/core/ports/store-failure.ts'

const pulseMs = 1_000

/** Who runs: a name that a node keeps for life, and a mark that each of its starts makes anew. */
export type Incarnations = ReadonlyMap<string, string>

/** How to ask a store who runs, and whom to tell of a restart. */
export type PulseOptions = {
  /** Rejects when the store does not answer, and tells of that itself. */
  readonly ask: () => Promise<Incarnations>
  readonly onRestart: () => void
}

/**
 * Asks a store once a second who runs, so that an outage is noticed by a process that asks nothing else, and a restart
 * even when it was quicker than the pulse, when this process was stopped meanwhile, or when the client library did not
 * report it (cassandra-driver 4.10 misses a lost host after an earlier reconnection).
 */
export const createPulse = ({ ask, onRestart }: PulseOptions) => {
  const known = new Map<string, string>()
  let isAsking = false

  const askOnce = async () => {
    const found = [...(await ask())]
    const isRestarted = found.some(([node, mark]) => (known.get(node) ?? mark) !== mark)
    for (const [node, mark] of found) known.set(node, mark)
    if (isRestarted) onRestart()
    return isRestarted
  }
  const beat = async () => {
    if (isAsking) return
    isAsking = true
    // `ask` has told of a failure.
    await askOnce().catch(() => false)
    isAsking = false
  }
  const timer = setInterval(() => void beat(), pulseMs)
  timer.unref()
  void beat()
  return {
    /** Asks now, once for all who want to know together. @throws what `ask` throws, or of a restart. */
    confirm: coalesced(async () => {
      if (await askOnce()) throw new StoreUnavailable('a node was started anew')
    }),
    stop: () => clearInterval(timer),
  }
}
