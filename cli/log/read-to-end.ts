import type { Log, LogBatch } from '@reprise/core/ports/log.port.ts'
import type { TopicName } from '@reprise/schemas/topics.ts'

/** What is read of a topic, by partition. */
export type Extent = {
  readonly topic: TopicName
  /** Where each partition begins; its first record if not given. */
  readonly from?: readonly number[]
  /** Where each partition ends; the topic's ends as they are now if not given. */
  readonly ends?: readonly number[]
}

/** Reads a topic up to where it ends now, and hands on its records batch by batch. @throws what `take` or the log throws */
export const readToEnd = async (
  log: Log,
  { topic, from = [], ends: given }: Extent,
  take: (batch: LogBatch) => Promise<void> | void,
): Promise<void> => {
  const ends = given ?? (await log.endOffsets(topic))
  const isAsked = (partition: number) => (from[partition] ?? 0) < (ends[partition] ?? 0)
  const left = new Set([...ends.keys()].filter(isAsked))
  if (left.size === 0) return
  const { promise: done, resolve, reject } = Promise.withResolvers<undefined>()
  const reader = await log.read({
    topic,
    resumeAt: (partition) => Promise.resolve(left.has(partition) ? (from[partition] ?? 0) : undefined),
    onBatch: async ({ partition, records }) => {
      const end = ends[partition] ?? 0
      const wanted = records.filter(({ offset }) => offset < end)
      if (wanted.length > 0) await take({ partition, records: wanted })
      if ((records.at(-1)?.offset ?? -1) + 1 >= end) left.delete(partition)
      if (left.size === 0) resolve(undefined)
    },
    onStopped: reject,
  })
  await done.finally(() => reader.close())
}
