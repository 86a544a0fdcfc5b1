import type { EventType } from '@reprise/core/event.ts'
import type { StoredRecord } from '@reprise/core/ports/log.port.ts'
import { Problem } from '@reprise/core/problem.ts'
import type { CommandLogOptions } from './command-log.ts'
import { createPartitionWriter, type PartitionWriter } from './partition-writer.ts'
import { createStateMemory } from './state-memory.ts'
import { createStoreTrust } from './store-trust.ts'
import { createStoring } from './storing.ts'

const againMs = 500
const catchUpMax = 200_000
/** The partition had another owner before an answer came. */
const notOurs = Symbol('not ours')

type Options<State, Body, Type extends EventType, Report> = CommandLogOptions<State, Body, Type, Report> & {
  readonly endOffsets: () => Promise<readonly number[]>
  /** Told when another partition can be written to. */
  readonly onTakenOver: () => void
}

/**
 * The writers of the partitions that this process owns. One that it comes to own is read from its mark to its end; one
 * that it lost finishes what is under way. Reading back goes on through every rebalance.
 */
export const createOwnedPartitions = async <State, Body, Type extends EventType, Report>(
  options: Options<State, Body, Type, Report>,
) => {
  const { topic, log, codec, logger, store, ownership, endOffsets } = options
  const partitionCount = (await endOffsets()).length
  const appender = await log.createAppender(topic)
  const writers = new Map<number, PartitionWriter<Body, Report>>()
  /** What these have stored is gone. */
  const forgotten = new WeakSet<PartitionWriter<Body, Report>>()
  const leaving = new Set<PartitionWriter<Body, Report>>()
  const changing = new Map<number, Promise<void>>()
  let broken: Error | undefined
  let closed = false
  const owns = (partition: number) => !closed && ownership.owned().has(partition)
  const trust = createStoreTrust()
  const memory = createStateMemory<State>()
  const storing = createStoring({
    writers: () => [...writers.values()],
    logger,
    topic,
    ...(options.storeEveryMs !== undefined && { everyMs: options.storeEveryMs }),
  })

  const reader = await log.read({
    topic,
    resumeAt: (partition) => Promise.resolve(writers.get(partition)?.nextOffset),
    onBatch: async ({ partition, records }) => {
      const writer = writers.get(partition)
      const isWanted = () => writer !== undefined && writers.get(partition) === writer
      await learn(records, isWanted)
      // A writer that took another's place meanwhile goes on from elsewhere.
      if (writer === undefined || !isWanted()) return
      writer.read(records)
      storing.storeIfDue()
      // A partition that is read from far back is read no faster than it can be stored.
      while (!writer.isReady() && writer.unstored.records > catchUpMax && owns(partition))
        await storing.storeNow(writer)
    },
    onStopped: (reason) => {
      broken = reason
      logger.error({ topic, reason: reason.message }, 'reading back has stopped; commands are refused')
      for (const writer of writers.values())
        writer.stop(new Problem('not-ready', `reading back has stopped: ${reason.message}`))
    },
  })

  /** Waits for a registry that is away for as long as the records are wanted. @throws what it throws, when closing */
  async function learn(records: readonly StoredRecord[], isWanted: () => boolean): Promise<void> {
    const values = records.map(({ value }) => value)
    for (;;) {
      try {
        await codec.learn(values)
        return
      } catch (reason) {
        if (!isWanted()) return
        if (closed) throw reason
        logger.warn(
          { topic, reason: String(reason) },
          'schemas can not be fetched; reading back waits for them',
        )
        await new Promise((resolve) => setTimeout(resolve, againMs))
      }
    }
  }

  const takeOver = async (partition: number): Promise<void> => {
    const ends = await patiently(endOffsets, partition)
    // Last: what is lost from here on is looked for by the check, which knows the writer.
    const mark = await patiently(() => trust.undisturbed(() => store.readMark(partition)), partition)
    // Whoever owns it again takes it over with the next change.
    if (mark === notOurs || ends === notOurs || !owns(partition)) return
    const readyAt = ends[partition] ?? 0
    const writer: PartitionWriter<Body, Report> = createPartitionWriter({
      ...options,
      partition,
      mark,
      readyAt,
      memory,
      append: appender.append,
      beforeNext: appender.beforeNext,
      endOffset: async () => (await endOffsets())[partition] ?? 0,
      owns: () => owns(partition),
      onOverruled: () => settle(partition),
      store: trust.guarded(store, () => forgotten.has(writer)),
    })
    writers.set(partition, writer)
    options.onTakenOver()
    reader.rewind()
  }
  const handOver = async (partition: number, writer: PartitionWriter<Body, Report>): Promise<void> => {
    leaving.add(writer)
    await writer.release()
    leaving.delete(writer)
    if (writers.get(partition) === writer) writers.delete(partition)
    reader.rewind()
  }
  /** Until the answer comes, or the partition is somebody else's. */
  const patiently = async <T>(ask: () => Promise<T>, partition: number): Promise<T | typeof notOurs> => {
    for (;;) {
      try {
        return await ask()
      } catch (reason) {
        logger.warn({ topic, partition, reason: String(reason) }, 'a partition waits to be taken over')
        if (!owns(partition)) return notOurs
        await new Promise((resolve) => setTimeout(resolve, againMs))
      }
    }
  }
  /** One change of a partition at a time; each begins with what is so by then. */
  const settle = (partition: number): void => {
    const before = changing.get(partition) ?? Promise.resolve()
    const change = before.then(async () => {
      const writer = writers.get(partition)
      if (writer !== undefined && !owns(partition)) await handOver(partition, writer)
      else if (writer !== undefined) writer.resume()
      else if (owns(partition)) await takeOver(partition)
    })
    changing.set(partition, change)
  }
  const settleAll = () => {
    for (let partition = 0; partition < partitionCount; partition++) settle(partition)
  }
  /** Law 11: what was stored last may be gone; then the partition goes back to the mark that is there. */
  const checkMark = (partition: number, writer: PartitionWriter<Body, Report>): Promise<void> => {
    const before = changing.get(partition) ?? Promise.resolve()
    const change = before.then(async () => {
      if (writers.get(partition) !== writer) return
      const mark = await patiently(() => store.readMark(partition), partition)
      // Nobody could say where it is: as if it were gone.
      const offset = mark === notOurs ? 0 : (mark?.offset ?? 0)
      if (offset >= writer.storedBelow) return
      logger.warn(
        { topic, partition, mark: offset },
        'stored states are gone: reading them from the log again',
      )
      forgotten.add(writer)
      await handOver(partition, writer)
      if (owns(partition)) await takeOver(partition)
    })
    changing.set(partition, change)
    return change
  }

  ownership.onChange(settleAll)
  /** Who closes has no time to ask what is gone: it stores nothing more. */
  const giveUpStoring = () => {
    for (const writer of writers.values()) forgotten.add(writer)
    return Promise.resolve()
  }
  store.onLost(() =>
    trust.lost(() =>
      closed
        ? giveUpStoring()
        : Promise.all([...writers].map(([partition, writer]) => checkMark(partition, writer))),
    ),
  )
  settleAll()

  return {
    /** The writer of a partition that this process owns. */
    writerOf: (partition: number): PartitionWriter<Body, Report> | undefined => {
      const writer = writers.get(partition)
      return closed || writer === undefined || leaving.has(writer) ? undefined : writer
    },
    /** Why nothing more is taken: nothing can be decided here any more, or too much waits to be stored. */
    refusal: (): Problem | undefined => {
      const reason = broken?.message ?? storing.overfull() ?? (closed ? 'the service is stopping' : undefined)
      return reason === undefined ? undefined : new Problem('not-ready', `${reason}; nothing was done`)
    },
    notReady: (): string | undefined => {
      const waiting = [...ownership.owned()].filter((partition) => writers.get(partition)?.isReady() !== true)
      return (
        broken?.message ??
        (waiting.length > 0 ? `${waiting.length} partitions of ${topic} are still being read` : undefined)
      )
    },
    /** Takes nothing more. Resolves when what was sent has its outcome, or nobody here can tell it in time. */
    release: async (): Promise<void> => {
      closed = true
      await Promise.all([...writers.values()].map((writer) => writer.release()))
    },
    /** To be called when all is released. */
    close: async (): Promise<void> => {
      await Promise.all([...changing.values()])
      await Promise.all([storing.close(), reader.close(), appender.close()])
    },
  }
}
