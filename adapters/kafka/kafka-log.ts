import type { TopicName } from '@reprise/schemas/topics.ts'
import type { Log } from '@reprise/core/ports/log.port.ts'
import type { Logger } from '@reprise/core/ports/logger.port.ts'
import { connect, disconnect } from './connecting.ts'
import { createKafkaAppender } from './kafka-appender.ts'
import { createKafkaClient } from './kafka-client.ts'
import { createKafkaReader } from './kafka-reader.ts'
import { physicalTopic } from './topics.ts'
import { whenLed } from './when-led.ts'

/** Where the log is. */
export type KafkaLogOptions = {
  readonly brokers: readonly string[]
  /** Prefix of topics and groups; empty for none. */
  readonly namespace: string
  readonly logger: Logger
  /** How long a request may take before it is given up. Default: five seconds. */
  readonly requestTimeoutMs?: number
}

/** The Log port on kafkajs 2.2.4. Its known defects are handled here and nowhere else: see docs/kafkajs.md. */
export const createKafkaLog = async (options: KafkaLogOptions): Promise<Log> => {
  const { namespace, logger } = options
  const kafka = createKafkaClient(options)
  const admin = kafka.admin()
  await connect(admin, logger)

  const offsetsOf = async (topic: TopicName) =>
    (await whenLed(() => admin.fetchTopicOffsets(physicalTopic(namespace, topic))))
      .map(({ partition, low, high }) => ({ partition, low: Number(low), high: Number(high) }))
      .sort((a, b) => a.partition - b.partition)

  return {
    createAppender: (topic) => createKafkaAppender({ kafka, topic: physicalTopic(namespace, topic), logger }),
    read: (reading) => createKafkaReader({ kafka, namespace, logger, boundsOf: offsetsOf, reading }),
    endOffsets: async (topic) => (await offsetsOf(topic)).map(({ high }) => high),
    incarnation: async () => (await admin.describeCluster()).clusterId,
    close: () => disconnect(admin, logger),
  }
}
