import { createKafkaLog } from '@reprise/adapters/kafka/kafka-log.ts'
import { createAcceptance } from '@reprise/core/acceptance.ts'
import { endTokensOf } from '@reprise/cli/demo/log-ends.ts'
import { readToEnd } from '@reprise/cli/log/read-to-end.ts'
import { withLog } from '@reprise/cli/log/with-log.ts'
import { configurationOf } from '@reprise/core/configuration.ts'
import type { RecordedEvent } from '@reprise/core/event.ts'
import type { StoredRecord } from '@reprise/core/ports/log.port.ts'
import { quiet } from '@reprise/core/quiet-logger.ts'
import { type EventTopic, topics } from '@reprise/schemas/topics.ts'
import type { Platform } from './platform.ts'

/** A record with the verdict of law 3 on it. */
export type Judged = StoredRecord & {
  readonly partition: number
  readonly accepted: boolean
  readonly event: RecordedEvent
}

/** The events of a topic as it stands now, every record judged by an acceptance of the test's own; claims left out. */
export const readTopic = (platform: Platform, topic: EventTopic): Promise<readonly Judged[]> =>
  withLog(configurationOf(platform.environment), async ({ log, codec }) => {
    const judged: Judged[] = []
    const ends = await log.endOffsets(topic)
    const acceptances = ends.map(() => createAcceptance(topics[topic].decided))
    await readToEnd(log, { topic, ends }, async ({ partition, records }) => {
      await codec.learn(records.map(({ value }) => value))
      for (const record of records) {
        const { type, value } = codec.decode(record.value)
        const accepted = acceptances[partition]?.accept(record) ?? false
        const event = { type, data: value, meta: (value as { meta: unknown }).meta } as RecordedEvent
        if (type !== 'PartitionClaimed') judged.push({ ...record, partition, accepted, event })
      }
    })
    return judged
  })

/** The positions of the last records of a topic, as a query's minimum. */
export const endOf = async (platform: Platform, topic: EventTopic): Promise<string> => {
  const { kafka: brokers, namespace } = configurationOf(platform.environment)
  const log = await createKafkaLog({ brokers, namespace, logger: quiet })
  try {
    return await endTokensOf(log, topic)
  } finally {
    await log.close()
  }
}
