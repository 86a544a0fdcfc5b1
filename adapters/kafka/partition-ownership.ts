import type { Kafka } from 'kafkajs'
import type { TopicName } from '@reprise/schemas/topics.ts'
import { coalesced } from '@reprise/core/coalesced.ts'
import type { Logger } from '@reprise/core/ports/logger.port.ts'
import type { Owner, Ownership } from '@reprise/core/ports/ownership.port.ts'
import { connect, disconnect } from './connecting.ts'
import { createOwnerAssigner } from './partition-ownership-assigner.ts'
import { type OwnerMap, readOwnerMap } from './partition-ownership-map.ts'
import { createMembership } from './partition-ownership-member.ts'
import { physicalTopic } from './topics.ts'

/** What a process tells the others, and how long it may be silent. */
export type KafkaOwnershipOptions = Owner & {
  readonly kafka: Kafka
  readonly namespace: string
  readonly topic: TopicName
  /** After so much silence the partitions go to others, milliseconds; the broker bounds it from below. */
  readonly sessionMs: number
  readonly logger: Logger
}

/** Ownership with the state of the membership. */
export type KafkaOwnership = Ownership & {
  /** Why this process owns nothing now; undefined while it is a member of the group. */
  readonly notReady: () => string | undefined
}

const refreshMs = 1_000

/**
 * Shares the partitions of a topic among the processes of a consumer group, which reads nothing. What a process owns
 * changes at a join and when its session is lost; the others' addresses are asked of the coordinator once a second,
 * and the last answer holds while partitions are being shared out. Resolves when the first join is done.
 */
export const createKafkaOwnership = async (options: KafkaOwnershipOptions): Promise<KafkaOwnership> => {
  const { kafka, namespace, address, secret, logger } = options
  const topic = physicalTopic(namespace, options.topic)
  const groupId = `${topic}-writers`
  // A connection of its own: the member's is busy for as long as a join takes.
  const admin = kafka.admin()
  await connect(admin, logger)
  const listeners = new Set<() => void>()
  let owned: ReadonlySet<number> = new Set()
  let owners: OwnerMap = new Map()
  let closed = false

  const tell = () => {
    for (const listener of listeners) listener()
  }
  const read = coalesced(async () => {
    const found = await readOwnerMap(admin, { groupId, topic })
    if (found === undefined || isSame(found, owners)) return
    owners = found
    tell()
  })
  const refresh = (): Promise<void> =>
    read().catch((reason: unknown) =>
      logger.debug({ groupId, reason: String(reason) }, 'asking who owns what'),
    )
  const membership = await createMembership({
    kafka,
    groupId,
    topic,
    sessionMs: options.sessionMs,
    logger,
    assigner: createOwnerAssigner(topic, () => ({ address, secret, owned: [...owned] })),
    onJoined: (partitions) => {
      owned = new Set(partitions)
      logger.info({ groupId, partitions: partitions.length }, 'partitions are shared out')
      tell()
      void refresh()
    },
    onLost: () => {
      owned = new Set()
      tell()
    },
  })
  await refresh()
  const timer = setInterval(() => void refresh(), refreshMs)

  return {
    owned: () => owned,
    ownerOf: (partition) => {
      const owner = owned.has(partition) ? undefined : owners.get(partition)
      return owner?.secret === secret ? undefined : owner
    },
    onChange: (listener) => void listeners.add(listener),
    refresh: () => {
      // It would connect anew, and nobody would end that.
      if (!closed) void refresh()
    },
    notReady: () =>
      membership.isMember()
        ? undefined
        : `this process is not in the group ${groupId} that shares the partitions`,
    close: async () => {
      closed = true
      clearInterval(timer)
      owned = new Set()
      await Promise.all([membership.close(), disconnect(admin, logger)])
    },
  }
}

const isSame = (one: OwnerMap, other: OwnerMap): boolean =>
  one.size === other.size &&
  [...one].every(([partition, { secret }]) => other.get(partition)?.secret === secret)
