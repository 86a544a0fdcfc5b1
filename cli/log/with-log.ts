import { createKafkaLog } from '@reprise/adapters/kafka/kafka-log.ts'
import { createRegistryCodec } from '@reprise/adapters/registry/registry-codec.ts'
import type { Configuration } from '@reprise/core/configuration.ts'
import type { EventCodec } from '@reprise/core/ports/event-codec.port.ts'
import type { Log } from '@reprise/core/ports/log.port.ts'
import { quiet } from '@reprise/core/quiet-logger.ts'

/** The log and its codec for the time of a command; closed whatever becomes of it. */
export const withLog = async <Result>(
  { kafka: brokers, registry: url, namespace }: Configuration,
  work: (source: { readonly log: Log; readonly codec: EventCodec }) => Promise<Result>,
): Promise<Result> => {
  const kafka = `Kafka at ${brokers.join(', ')}`
  const log = await createKafkaLog({ brokers, namespace, logger: quiet }).catch(
    notThere(kafka, 'REPRISE_KAFKA'),
  )
  try {
    const registry = createRegistryCodec({ url, namespace, logger: quiet })
    const codec = await registry.catch(notThere(`the schema registry at ${url}`, 'REPRISE_REGISTRY'))
    return await work({ log, codec })
  } finally {
    await log.close()
  }
}

const notThere =
  (what: string, variable: string) =>
  (cause: unknown): never => {
    const reason = (cause as Error).message
    throw new Error(
      `${what} can't be used: ${reason}. Is it up (reprise status), and is ${variable} right?`,
      {
        cause,
      },
    )
  }
