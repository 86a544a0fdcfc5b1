const patienceMs = 60_000
const againMs = 100

/**
 * Asks about topics until they have leaders: those that were just made have none yet, and kafkajs, even when it is told to
 * wait for them, fails where it should ask again.
 */
export const whenLed = async <T>(ask: () => Promise<T>): Promise<T> => {
  for (const until = Date.now() + patienceMs; ;) {
    try {
      return await ask()
    } catch (reason) {
      if (!isLeaderless(reason) || Date.now() > until) throw reason
      await new Promise((resolve) => setTimeout(resolve, againMs))
    }
  }
}

const isLeaderless = (reason: unknown): boolean =>
  ['NOT_LEADER_FOR_PARTITION', 'LEADER_NOT_AVAILABLE', 'UNKNOWN_TOPIC_OR_PARTITION'].includes(
    (reason as { readonly type?: string }).type ?? '',
  )
