import { inTime } from '@reprise/core/in-time.ts'
import type { Logger } from '@reprise/core/ports/logger.port.ts'

/** What has connections in kafkajs: a consumer, a producer, an admin. */
type Client = { readonly connect: () => Promise<void>; readonly disconnect: () => Promise<void> }

const disconnectMsMax = 5_000

/**
 * Disconnects. Never rejects, and resolves in time in any case: kafkajs may wait for ever for what it has under way, and is
 * left to itself then.
 */
export const disconnect = (
  client: Pick<Client, 'disconnect'>,
  logger: Logger,
  msMax = disconnectMsMax,
): Promise<void> =>
  inTime(client.disconnect(), msMax, () => new Error(`not done after ${msMax} ms`)).catch((reason: unknown) =>
    logger.debug({ reason: String(reason) }, 'disconnecting from the log'),
  )

/** Connects, or leaves nothing open: what fails late has sockets by then. @throws what connecting throws */
export const connect = async (client: Client, logger: Logger): Promise<void> => {
  try {
    await client.connect()
  } catch (reason) {
    await disconnect(client, logger)
    throw reason
  }
}
