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
  const log = await createKafkaLog({ brokers, namespace, logger: quiet })
  try {
    return await work({ log, codec: await createRegistryCodec({ url, namespace, logger: quiet }) })
  } finally {
    await log.close()
  }
}
