import { setTimeout as pause } from 'node:timers/promises'
import type { Log, LogBatch, Reader, ReaderOptions, StoredRecord } from '@reprise/core/ports/log.port.ts'
import type { Logger } from '@reprise/core/ports/logger.port.ts'
import type { TopicName } from '@reprise/schemas/topics.ts'
import { openPatiently } from './open-patiently.ts'
import { createRoom } from './room.ts'
import { createSubscription, type Subscription } from './subscription.ts'
import { aheadMax, createWindow, type Window } from './window.ts'

/** The one reader of a topic in this process. */
export type TopicReader = { readonly subscribe: (reading: ReaderOptions) => Reader }

/** How those who share a reader wait for each other. */
export type Sharing = {
  /** At the start, for those who are expected and not there yet; after an assignment, for who has not answered. */
  readonly gatherMs: number
  readonly settleMs: number
  /** So long one may hold up others in all, until they part. */
  readonly patienceMs: number
  /** So much is held for those who are slower: bytes of values, and something for each record. */
  readonly weightMax: number
}

/** See {@link TopicReader}. */
export type TopicReaderOptions = Sharing & {
  readonly log: Log
  readonly logger: Logger
  readonly topic: TopicName
  readonly group: string
  /** How many are expected. */
  readonly members: number
  /** The groups of those whom all others need. */
  readonly awaited: ReadonlySet<string>
}

/** Reads a topic for all who subscribe, each from where it is. */
export const createTopicReader = (options: TopicReaderOptions): TopicReader => {
  const { log, logger, topic, group, members, gatherMs, settleMs, weightMax } = options
  const subscriptions = new Map<Subscription, string>()
  const windows = new Map<number, Window>()
  const questions = new Map<number, object>()
  const room = createRoom(weightMax, () => [...subscriptions.keys()].filter(({ isSharing }) => isSharing()))
  let assigned: readonly number[] | undefined
  let reader: Promise<Reader> | undefined
  let opening = new AbortController()
  let batches = 0

  const resumeAt = async (partition: number): Promise<number | undefined> => {
    const question = {}
    questions.set(partition, question)
    const answers = [...subscriptions.keys()].map(({ ask }) => ask(partition))
    closeWindow(partition)
    const from = startOf(await settled(answers, settleMs))
    if (from !== undefined && questions.get(partition) === question)
      windows.set(partition, createWindow(from, room.leave))
    return from
  }
  const closeWindow = (partition: number) => {
    windows.get(partition)?.close()
    windows.delete(partition)
  }
  const onBatch = async (batch: LogBatch): Promise<void> => {
    batches++
    const window = windows.get(batch.partition)
    const weight = weightOf(batch.records)
    await room.enter(weight)
    if (window) window.add(batch, weight)
    else room.leave(weight)
  }
  const onAssigned = (partitions: readonly number[]) => {
    assigned = partitions
    for (const { begin } of subscriptions.keys()) begin(partitions)
    for (const partition of windows.keys()) if (!partitions.includes(partition)) closeWindow(partition)
  }
  const onStopped = (reason: Error) => {
    for (const { stop } of subscriptions.keys()) stop(reason)
  }
  const start = () => {
    if (subscriptions.size === 0 || reader) return
    opening = new AbortController()
    const { signal } = opening
    reader = openPatiently(
      { log, logger, signal },
      { topic, group, inTurns: true, resumeAt, onBatch, onAssigned, onStopped },
    )
    reader.catch((reason: unknown) => {
      if (!signal.aborted) onStopped(reason as Error)
    })
  }
  const end = async (): Promise<void> => {
    const before = reader
    opening.abort(new Error('closing'))
    reader = undefined
    assigned = undefined
    for (const partition of [...windows.keys()]) closeWindow(partition)
    await before?.then((opened) => opened.close()).catch(() => undefined)
  }

  return {
    subscribe: (reading) => {
      const name = reading.group ?? ''
      // Who comes in the place of one that halted does not trust a reader that may have halted too.
      const batchesBefore = [...subscriptions.values()].includes(name) ? batches : -1
      let ending: Promise<void> | undefined
      const subscription = createSubscription({
        ...options,
        reading,
        windowOf: (partition) => windows.get(partition),
        isAwaited: options.awaited.has(name),
        mayShare: () => batches > batchesBefore,
        onEnded: () => {
          subscriptions.delete(subscription)
          if (subscriptions.size === 0) ending = end()
        },
      })
      subscriptions.set(subscription, name)
      if (assigned) subscription.begin(assigned)
      else if (subscriptions.size >= members) start()
      else setTimeout(start, gatherMs).unref()
      return {
        rewind: subscription.rewind,
        close: async () => {
          await subscription.close()
          await ending
        },
      }
    },
  }
}

/** What has been answered when all have, or so long after the first. @throws what the first threw, if all did. */
const settled = async (
  answers: readonly Promise<number | undefined>[],
  settleMs: number,
): Promise<readonly number[]> => {
  const offsets: number[] = []
  const all = Promise.allSettled(
    answers.map(async (answer) => {
      const offset = await answer
      if (offset !== undefined) offsets.push(offset)
    }),
  )
  await Promise.any(answers).catch((failure: unknown) => {
    const [first] = (failure as AggregateError).errors as readonly Error[]
    if (first) throw first
  })
  await Promise.race([all, pause(settleMs, undefined, { ref: false })])
  return offsets
}

/** Where the last one is of those who are not far behind the first. */
const startOf = (offsets: readonly number[]): number | undefined => {
  const most = Math.max(...offsets)
  return offsets.length === 0 ? undefined : Math.min(...offsets.filter((offset) => offset >= most - aheadMax))
}

/** What a record takes beside its value, at least. */
const recordWeight = 256

const weightOf = (records: readonly StoredRecord[]): number =>
  records.reduce((sum, { value }) => sum + value.length + recordWeight, 0)
