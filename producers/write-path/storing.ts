import type { Logger } from '@reprise/core/ports/logger.port.ts'
import type { PartitionWriter } from './partition-writer.ts'

type Writer = Pick<PartitionWriter<never, never>, 'unstored' | 'isReady' | 'store'>

/** At once a partition is stored after so many records, so that another process has no more to read when it takes over. */
const recordsMax = 50_000
/** And sooner, when the changed states of all partitions take so much memory, or their answers do. */
const bytesMax = 256 * 1024 * 1024
/** Past these nothing more is taken, whatever the store is doing (law 13): several times what waits under full load. */
const overfull = { records: 2_000_000, bytes: 4 * bytesMax }
const closingMs = 5_000
/** What waits is summed up so often at most, though every command asks. */
const lookMs = 20

/** Stores states, ids and marks of a process's partitions, one partition at a time. */
export const createStoring = (options: {
  readonly writers: () => readonly Writer[]
  readonly logger: Logger
  readonly topic: string
  /** Each partition has its turn so often, one after the other: so storing takes a small part of the time at any time. */
  readonly everyMs?: number
}) => {
  const { writers, logger, topic, everyMs = 30_000 } = options
  let underWay: Promise<void> | undefined
  let failing: string | undefined

  const most = (): Writer | undefined =>
    [...writers()].sort((a, b) => b.unstored.records - a.unstored.records)[0]
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
    for (const writer of writers())
      if (writer.unstored.records > 0 && failing === undefined) await storeOne(writer)
  }
  let looked = { at: -Infinity, inAll: waitingIn([]), inReady: waitingIn([]) }
  const look = (): typeof looked => {
    const at = performance.now()
    if (at - looked.at < lookMs) return looked
    const all = writers()
    const ready = all.filter(({ isReady }) => isReady())
    return (looked = { at, inAll: waitingIn(all), inReady: waitingIn(ready) })
  }
  const isDue = (): boolean => {
    const { recordsOfOne, bytes } = look().inAll
    return bytes >= bytesMax || recordsOfOne >= recordsMax
  }
  const alone = (work: () => Promise<void>): void => {
    underWay ??= work().finally(() => {
      underWay = undefined
      looked.at = -Infinity
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
      if (writer && writer.unstored.records > 0) return writer
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
    /** Resolves when this partition was stored, or another one that was before it, or it was tried in vain. */
    storeNow: async (writer: Writer): Promise<void> => {
      if (underWay === undefined) alone(() => storeOne(writer))
      await underWay
    },
    /** Why nothing more can be taken. What is read to take a partition over is bounded where it is read. */
    overfull: (): string | undefined => {
      const { records, bytes } = look().inReady
      if (records < overfull.records && bytes < overfull.bytes) return undefined
      return `${records} records wait for the store of states (${failing ?? 'it is slower than the commands, or away'})`
    },
    /** Stores what there is, for a few seconds at most. */
    close: async (): Promise<void> => {
      clearTimeout(timer)
      const storeTheRest = async () => {
        await underWay
        failing = undefined
        await storeAll()
      }
      await Promise.race([storeTheRest(), new Promise((resolve) => setTimeout(resolve, closingMs).unref())])
    },
  }
}

/** What waits to be stored: records, those of the one with the most of them, and bytes of states or answers, whichever is more. */
const waitingIn = (writers: readonly Writer[]) => {
  let [records, recordsOfOne, stateBytes, answerBytes] = [0, 0, 0, 0]
  for (const { unstored } of writers) {
    records += unstored.records
    recordsOfOne = Math.max(recordsOfOne, unstored.records)
    stateBytes += unstored.stateBytes
    answerBytes += unstored.answerBytes
  }
  return { records, recordsOfOne, bytes: Math.max(stateBytes, answerBytes) }
}
