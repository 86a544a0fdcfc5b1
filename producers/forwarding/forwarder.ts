import type { EventTopic } from '@reprise/schemas/topics.ts'
import type { Logger } from '@reprise/core/ports/logger.port.ts'
import type { Owner } from '@reprise/core/ports/ownership.port.ts'
import type { Command, Outcome } from '../write-path/command.ts'
import { createOwnerConnection, type OwnerConnection } from './owner-connection.ts'

/** Takes commands to the owners of their partitions. */
export type Forwarder = {
  /** See `Forward` in command-log.ts: the same for the commands of every topic. */
  readonly forward: <Body, Report>(
    owner: Owner,
    topic: EventTopic,
    command: Command<Body>,
  ) => Promise<Outcome<Report>>
  /** What still waits hears that nobody here can tell. */
  readonly close: () => void
}

/** Keeps one connection to each owner that commands go to; see {@link createOwnerConnection} for what it promises. */
export const createForwarder = (logger: Logger): Forwarder => {
  const connections = new Map<string, OwnerConnection>()
  const connectionTo = (owner: Owner): OwnerConnection => {
    const key = `${owner.address} ${owner.secret}`
    const found = connections.get(key)
    if (found?.isClosed() === false) return found
    for (const [other, connection] of connections) if (connection.isClosed()) connections.delete(other)
    const connection = createOwnerConnection(owner, logger)
    connections.set(key, connection)
    return connection
  }
  return {
    forward: async <Report>(owner: Owner, topic: EventTopic, command: Command) =>
      (await connectionTo(owner).send({ topic, command })) as Outcome<Report>,
    close: () => {
      for (const connection of connections.values()) connection.close()
    },
  }
}
