import type { EventTopic } from '@reprise/schemas/topics.ts'
import type { Log } from '@reprise/core/ports/log.port.ts'
import { tokensOf } from '@reprise/core/position.ts'

/** Position tokens of the last record of every partition of a topic: whoever shows them has seen everything. */
export const endTokensOf = async (log: Log, topic: EventTopic): Promise<string> => {
  const ends = await log.endOffsets(topic)
  const last = ends.map((end, partition) => ({ topic, partition, offset: end - 1 }))
  return tokensOf(last.filter(({ offset }) => offset >= 0))
}
