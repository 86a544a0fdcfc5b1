import type { Log, StoredRecord } from '@reprise/core/ports/log.port.ts'
import type { TopicName } from '@reprise/schemas/topics.ts'

/** Reads a topic up to where it ends now, and hands on each batch. */
export const readToEnd = async (
  log: Log,
  topic: TopicName,
  take: (records: readonly StoredRecord[]) => Promise<void>,
): Promise<void> => {
  const ends = await log.endOffsets(topic)
  const left = new Set([...ends.keys()].filter((partition) => (ends[partition] ?? 0) > 0))
  if (left.size === 0) return
  const { promise: done, resolve, reject } = Promise.withResolvers<undefined>()
  const reader = await log.read({
    topic,
    resumeAt: (partition) => Promise.resolve(left.has(partition) ? 0 : undefined),
    onBatch: async ({ partition, records }) => {
      await take(records)
      if ((records.at(-1)?.offset ?? -1) + 1 >= (ends[partition] ?? 0)) left.delete(partition)
      if (left.size === 0) resolve(undefined)
    },
    onStopped: reject,
  })
  await done.finally(() => reader.close())
}
