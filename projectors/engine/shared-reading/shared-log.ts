import { fingerprintOf } from '@reprise/core/layout/physical-index.ts'
import type { Log } from '@reprise/core/ports/log.port.ts'
import type { Logger } from '@reprise/core/ports/logger.port.ts'
import type { TopicName } from '@reprise/schemas/topics.ts'
import { createTopicReader, type Sharing, type TopicReader } from './topic-reader.ts'

/** Who reads a topic together with others: one that reads with this group. */
export type Member = {
  readonly topic: TopicName
  readonly group: string
  /** All others need what it makes of each record: however slow it is, it is never left to read apart. */
  readonly isAwaited?: true
}

/** See {@link sharedLog}. */
export type SharedLogOptions = Partial<Sharing> & {
  readonly members: readonly Member[]
  readonly logger: Logger
}

const sharing: Sharing = {
  gatherMs: 5_000,
  settleMs: 1_000,
  patienceMs: 5_000,
  weightMax: 3_000_000,
}

/**
 * A log in which the members read each topic with one reader, and get the same records; for them it keeps what `read`
 * promises. Nobody is held up by another but for a moment: who is elsewhere or too slow reads apart, until it has come to
 * where the others are. Processes with the same members share the partitions; those with other members have all of them,
 * so that none is given to a process that lacks one.
 */
export const sharedLog = (log: Log, { members, logger, ...own }: SharedLogOptions): Log => {
  const readers = new Map<TopicName, { readonly groups: ReadonlySet<string>; readonly reader: TopicReader }>()
  for (const [topic, together] of Map.groupBy(members, (member) => member.topic)) {
    const groups = new Set(together.map(({ group }) => group))
    const group = `readers-${topic}-${fingerprintOf([...groups].sort())}`
    const awaited = new Set(together.filter(({ isAwaited }) => isAwaited).map((member) => member.group))
    const members = groups.size
    const reader = createTopicReader({ ...sharing, ...own, log, logger, topic, group, members, awaited })
    readers.set(topic, { groups, reader })
  }
  return {
    ...log,
    read: (options) => {
      const shared = readers.get(options.topic)
      return options.group !== undefined && shared?.groups.has(options.group) === true
        ? Promise.resolve(shared.reader.subscribe(options))
        : log.read(options)
    },
  }
}
