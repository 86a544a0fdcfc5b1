import type { Log, StoredRecord } from '@reprise/core/ports/log.port.ts'
import type { EventTopic } from '@reprise/schemas/topics.ts'
import { readToEnd } from '../log/read-to-end.ts'

/** About the newest `count` records of a topic, by partition; each partition gives an equal share, as far as it has one. */
export const newestRecords = async (
  log: Log,
  topic: EventTopic,
  count: number,
): Promise<readonly (readonly StoredRecord[])[]> => {
  const ends = await log.endOffsets(topic)
  const found = ends.map((): StoredRecord[] => [])
  await readToEnd(log, { topic, from: startsOf(ends, count), ends }, ({ partition, records }) => {
    found[partition]?.push(...records)
  })
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
