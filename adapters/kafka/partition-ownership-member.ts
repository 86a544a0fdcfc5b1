import type { Consumer, Kafka, PartitionAssigner } from 'kafkajs'
import type { Logger } from '@reprise/core/ports/logger.port.ts'
import { disconnect } from './connecting.ts'

type Options = {
  readonly kafka: Kafka
  readonly groupId: string
  readonly topic: string
  readonly assigner: PartitionAssigner
  readonly sessionMs: number
  readonly logger: Logger
  /** After every join. */
  readonly onJoined: (partitions: readonly number[]) => void
  /** The coordinator has given the partitions to others, or soon will. */
  readonly onLost: () => void
}

/** Membership of a group. */
export type Membership = {
  readonly isMember: () => boolean
  /** Leaves at once; not longer than a few seconds. */
  readonly close: () => Promise<void>
}

const backOffMsMax = 5_000
const leaveMsMax = 3_000

/**
 * Keeps a member in a group that fetches nothing. kafkajs tells of a lost session late or never, so the member counts
 * itself as out when nobody answered for longer than the session may be silent, and a consumer that stays silent is
 * replaced. Resolves at the first join.
 */
export const createMembership = async (options: Options): Promise<Membership> => {
  const { kafka, groupId, topic, sessionMs, logger } = options
  const beatMs = Math.min(500, Math.ceil(sessionMs / 8))
  let consumer: Consumer | undefined
  const starts = new WeakMap<Consumer, Promise<void>>()
  let heardAt = performance.now()
  let isMember = false
  let isJoining = true
  let closed = false
  let failures = 0
  let again: NodeJS.Timeout | undefined
  const firstJoin = Promise.withResolvers<undefined>()

  const lose = (reason: string) => {
    if (!isMember) return
    isMember = false
    logger.warn({ groupId, reason }, 'the session is lost: partitions are given up until the next join')
    options.onLost()
  }
  const hear = (joining: boolean) => {
    heardAt = performance.now()
    isJoining = joining
  }
  const listenTo = (mine: Consumer) => {
    const { GROUP_JOIN, HEARTBEAT, REBALANCING, CRASH } = mine.events
    /** What a consumer says that was replaced means nothing. */
    const whileMine =
      <T>(listener: (event: T) => void) =>
      (event: T) =>
        mine === consumer && !closed ? listener(event) : undefined
    mine.on(
      GROUP_JOIN,
      whileMine(({ payload }) => {
        hear(false)
        failures = 0
        isMember = true
        // Before the first fetch: this event is told while kafkajs still joins.
        mine.pause([{ topic }])
        options.onJoined(payload.memberAssignment[topic] ?? [])
        firstJoin.resolve(undefined)
      }),
    )
    mine.on(
      HEARTBEAT,
      whileMine(() => {
        hear(false)
        // It was out only for itself: the coordinator will never give it its partitions again.
        if (!isMember) replace('the session was counted as lost, and is alive')
      }),
    )
    mine.on(
      REBALANCING,
      whileMine(() => hear(true)),
    )
    mine.on(
      CRASH,
      whileMine(({ payload }) => replace(payload.error.message)),
    )
  }
  const start = (): void => {
    const mine = kafka.consumer({
      groupId,
      partitionAssigners: [options.assigner],
      sessionTimeout: sessionMs,
      rebalanceTimeout: sessionMs,
      // kafkajs sends one when it is due and a fetch comes back: with all paused, a fetch is a sleep of maxWaitTime.
      heartbeatInterval: Math.ceil(beatMs / 2),
      maxWaitTimeInMs: beatMs,
      allowAutoTopicCreation: false,
      retry: {
        initialRetryTime: 100,
        maxRetryTime: 1_000,
        retries: 5,
        restartOnFailure: () => Promise.resolve(false),
      },
    })
    consumer = mine
    hear(true)
    listenTo(mine)
    starts.set(mine, join(mine))
  }
  const join = async (mine: Consumer): Promise<void> => {
    try {
      await mine.connect()
      await mine.subscribe({ topic, fromBeginning: true })
      if (mine !== consumer || closed) return
      await mine.run({ autoCommit: false, eachBatch: () => Promise.resolve() })
    } catch (reason) {
      if (mine === consumer) replace(String(reason))
    }
  }
  const replace = (reason: string) => {
    const old = consumer
    consumer = undefined
    lose(reason)
    // Not awaited: it may be what hangs.
    if (old !== undefined) void disconnect(leaving(old), logger)
    if (closed) return
    const waitMs = Math.min(backOffMsMax, 250 * 2 ** failures++)
    logger.warn({ groupId, reason, waitMs }, 'joining the group again')
    again = setTimeout(start, waitMs)
  }
  /** kafkajs can't leave while it joins: told to, it joins all the same, and has partitions that nobody serves. */
  const leaving = (old: Consumer) => ({
    disconnect: async () => {
      await starts.get(old)
      await old.disconnect()
    },
  })

  // A join is answered when the others have joined too, or their time for it is over.
  const silenceMsMax = () => (isJoining ? 2 * sessionMs : sessionMs)
  const watch = setInterval(() => {
    const silentMs = performance.now() - heardAt
    if (silentMs > silenceMsMax()) lose(`nothing was heard for ${Math.round(silentMs)} ms`)
    if (consumer !== undefined && silentMs > 4 * sessionMs) replace('the consumer has gone silent')
  }, beatMs)

  start()
  await firstJoin.promise
  return {
    isMember: () => isMember,
    close: async () => {
      closed = true
      clearInterval(watch)
      clearTimeout(again)
      // Who is still joining by then is out when its session ends.
      if (consumer !== undefined) await disconnect(leaving(consumer), logger, leaveMsMax)
    },
  }
}
