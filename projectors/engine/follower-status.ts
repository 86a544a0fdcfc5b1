import type { Logger } from '@reprise/core/ports/logger.port.ts'

/** How a follower is: it waits while a store or the registry doesn't answer, and stops for good on any other fault. */
export type FollowerStatus = {
  readonly name: string
  readonly state: 'starting' | 'running' | 'waiting' | 'stopped'
  /** Why it waits or has stopped. */
  readonly reason?: string
  /** How many groups of the partitions that it has wait in quarantine. */
  readonly quarantined?: number
}

/** Keeps a follower's status and says in the log when it changes. Stopped is for good. */
export const createStatus = (name: string, logger: Logger) => {
  let status: FollowerStatus = { name, state: 'starting' }
  const change = (next: FollowerStatus, say: () => void) => {
    if (status.state === 'stopped') return
    const isNew = status.state !== next.state
    status = next
    if (isNew) say()
  }
  return {
    current: () => status,
    running: () =>
      change({ name, state: 'running' }, () => logger.info({ follower: name }, `${name} is running`)),
    wait: ({ message: reason }: Error) =>
      change({ name, state: 'waiting', reason }, () =>
        logger.warn({ follower: name, reason }, `${name} waits: ${reason}`),
      ),
    stop: (error: Error) => {
      const reason = `${name} stopped: ${error.message}`
      change({ name, state: 'stopped', reason }, () => logger.error({ follower: name, err: error }, reason))
    },
  }
}
