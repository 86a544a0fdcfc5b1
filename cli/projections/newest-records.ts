import type { Log, StoredRecord } from '@reprise/core/ports/log.port.ts'
import type { EventTopic } from '@reprise/schemas/topics.ts'

/** About the newest `count` records of a topic, by partition; each partition gives an equal share, as far as it has one. */
export const newestRecords = async (
  log: Log,
  topic: EventTopic,
  count: number,
): Promise<readonly (readonly StoredRecord[])[]> => {
  const ends = await log.endOffsets(topic)
  const starts = startsOf(ends, count)
  const found = ends.map((): StoredRecord[] => [])
  const isAsked = (partition: number) => (starts[partition] ?? 0) < (ends[partition] ?? 0)
  const missing = new Set([...ends.keys()].filter(isAsked))
  if (missing.size === 0) return found
  const { promise, resolve, reject } = Promise.withResolvers<undefined>()
  const reader = await log.read({
    topic,
    resumeAt: (partition) => Promise.resolve(missing.has(partition) ? starts[partition] : undefined),
    onBatch: ({ partition, records }) => {
      const end = ends[partition] ?? 0
      found[partition]?.push(...records.filter(({ offset }) => offset < end))
      if ((records.at(-1)?.offset ?? 0) + 1 >= end) missing.delete(partition)
      if (missing.size === 0) resolve(undefined)
      return Promise.resolve()
    },
    onStopped: reject,
  })
  await promise.finally(() => reader.close())
  return found
}

/** Where each partition begins: what a short one doesn't have is taken from the longer ones. */
export const startsOf = (ends: readonly number[], count: number): readonly number[] => {
  const starts = [...ends]
  let left = count
  const inOrder = [...ends.keys()].sort((a, b) => (ends[a] ?? 0) - (ends[b] ?? 0))
  for (const [at, partition] of inOrder.entries()) {
    const end = ends[partition] ?? 0
    const share = Math.min(end, Math.ceil(left / (inOrder.length - at)))
    starts[partition] = end - share
    left -= share
  }
  return starts
}
