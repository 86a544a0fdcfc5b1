import type { Admin } from 'kafkajs'
import {
  partitionCountOf,
  topicNames,
  topics,
  type TopicDefinition,
  type TopicName,
} from '@reprise/schemas/topics.ts'
import type { Logger } from '@reprise/core/ports/logger.port.ts'
import { connect, disconnect } from './connecting.ts'
import { createKafkaClient } from './kafka-client.ts'
import { whenLed } from './when-led.ts'

/** The broker's name of a topic: the catalogue's name behind the namespace. */
export const physicalTopic = (namespace: string, topic: TopicName): string =>
  namespace === '' ? topic : `${namespace}.${topic}`

/** A topic exists with another number of partitions than configured, which its first record has frozen. */
export class PartitionsFrozen extends Error {
  override readonly name = 'PartitionsFrozen'
}

/**
 * Creates the catalogue's topics where they are missing. Several processes may do it at once.
 * @throws {PartitionsFrozen} naming the topic and the remedy.
 */
export const ensureTopics = async (options: {
  readonly brokers: readonly string[]
  readonly namespace: string
  /** Partitions of event topics at creation; undefined takes the catalogue's. */
  readonly partitions: number | undefined
  readonly logger: Logger
}): Promise<void> => {
  const admin = createKafkaClient(options).admin()
  await connect(admin, options.logger)
  try {
    await createMissing(admin, options.namespace, options.partitions)
    await checkPartitions(admin, options.namespace, options.partitions)
  } finally {
    await disconnect(admin, options.logger)
  }
}

const createMissing = async (admin: Admin, namespace: string, partitions: number | undefined) => {
  const there = new Set(await admin.listTopics())
  const missing = topicNames.filter((topic) => !there.has(physicalTopic(namespace, topic)))
  if (missing.length === 0) return
  // kafkajs reports a topic that another process created meanwhile as an ordinary `false`.
  await admin.createTopics({
    waitForLeaders: false,
    topics: missing.map((topic) => ({
      topic: physicalTopic(namespace, topic),
      numPartitions: partitionCountOf(topic, partitions),
      configEntries: Object.entries((topics[topic] as TopicDefinition).config).map(([name, value]) => ({
        name,
        value,
      })),
    })),
  })
}

const checkPartitions = async (admin: Admin, namespace: string, partitions: number | undefined) => {
  const names = topicNames.map((topic) => physicalTopic(namespace, topic))
  const metadata = await whenLed(() => admin.fetchTopicMetadata({ topics: names }))
  for (const topic of topicNames) {
    const name = physicalTopic(namespace, topic)
    const found = metadata.topics.find((entry) => entry.name === name)?.partitions.length ?? 0
    const wanted = partitionCountOf(topic, partitions)
    if (found !== wanted)
      throw new PartitionsFrozen(
        `topic ${name} has ${found} partitions, configured are ${wanted}. The count is frozen: keys would move. ` +
          `Set REPRISE_PARTITIONS=${found}, or replay into a new topic`,
      )
  }
}
