import type { Logger } from '@reprise/core/ports/logger.port.ts'
import type { PartitionWriter } from './partition-writer.ts'

type Writer = Pick<PartitionWriter<never, never>, 'unstored' | 'changedWeight' | 'store'>

/** At once a partition is stored after so many records, so that another process has no more to read when it takes over. */
const recordsMax = 50_000
/** And sooner, when the changed states of all partitions weigh so much. */
const weightMax = 1_000_000
/** Each partition has its turn so often, one after the other: so storing takes a small part of the time at any time. */
const everyMs = 30_000
/** Past this, what is read can't be remembered any more. */
const overfullRecords = 1_000_000
const closingMs = 5_000

/** Stores states, ids and marks of a process's partitions, one partition at a time. */
export const createStoring = (options: {
  readonly writers: () => readonly Writer[]
  readonly logger: Logger
  readonly topic: string
}) => {
  const { writers, logger, topic } = options
  let underWay: Promise<void> | undefined
  let failing: string | undefined

  const most = (): Writer | undefined => [...writers()].sort((a, b) => b.unstored - a.unstored)[0]
  const storeOne = async (writer: Writer, isUrgent = true): Promise<void> => {
    try {
      await writer.store(isUrgent)
      failing = undefined
    } catch (reason) {
      failing = String(reason)
      logger.warn({ topic, reason: failing }, 'states could not be stored; trying again')
      await new Promise((resolve) => setTimeout(resolve, 1_000))
    }
  }
  const storeAll = async (): Promise<void> => {
    for (const writer of writers()) if (writer.unstored > 0 && failing === undefined) await storeOne(writer)
  }
  const isDue = (): boolean => {
    let weight = 0
    for (const writer of writers()) {
      if (writer.unstored >= recordsMax) return true
      weight += writer.changedWeight
    }
    return weight >= weightMax
  }
  const alone = (work: () => Promise<void>): void => {
    underWay ??= work().finally(() => {
      underWay = undefined
      storeIfDue()
    })
  }
  const storeIfDue = (): void => {
    const writer = underWay === undefined && isDue() ? most() : undefined
    if (writer) alone(() => storeOne(writer))
  }
  let turns = 0
  const inTurn = (): Writer | undefined => {
    const all = writers()
    for (let tried = 0; tried < all.length; tried++) {
      const writer = all[turns++ % all.length]
      if (writer && writer.unstored > 0) return writer
    }
    return undefined
  }
  let timer: NodeJS.Timeout
  const goOn = () => {
    timer = setTimeout(
      () => {
        failing = undefined
        const writer = underWay === undefined ? inTurn() : undefined
        if (writer) alone(() => storeOne(writer, false))
        goOn()
      },
      everyMs / Math.max(1, writers().length),
    )
  }
  goOn()

  return {
    storeIfDue,
    /** Resolves when this partition was stored, or it was tried in vain. */
    storeNow: async (writer: Writer): Promise<void> => {
      await underWay
      await storeOne(writer)
    },
    /** Why nothing more can be taken. */
    overfull: (): string | undefined => {
      if (failing === undefined) return undefined
      const total = writers().reduce((sum, { unstored }) => sum + unstored, 0)
      return total < overfullRecords
        ? undefined
        : `${total} records wait for the store of states (${failing})`
    },
    /** Stores what there is, for a few seconds at most. */
    close: async (): Promise<void> => {
      clearTimeout(timer)
      await underWay
      failing = undefined
      await Promise.race([storeAll(), new Promise((resolve) => setTimeout(resolve, closingMs).unref())])
    },
  }
}
