import type { Log, LogBatch, StoredRecord } from '@reprise/core/ports/log.port.ts'
import type { EventTopic } from '@reprise/schemas/topics.ts'

/** Which records, both ends included. */
export type Range = {
  readonly topic: EventTopic
  readonly partition: number
  readonly from: number
  readonly to: number
  readonly signal: AbortSignal
}

/**
 * Reads a range of one partition once more, beside whoever follows it, and takes it batch by batch. Resolves when all of
 * it was taken. @throws {LogBroken} when it isn't there; what `take` threw; the signal's reason.
 */
export const readRange = async (
  log: Log,
  { topic, partition, from, to, signal }: Range,
  take: (records: readonly StoredRecord[]) => Promise<void>,
): Promise<void> => {
  const { promise: done, resolve, reject } = Promise.withResolvers<undefined>()
  const abort = () => reject(signal.reason as Error)
  signal.throwIfAborted()
  signal.addEventListener('abort', abort)
  let isOver = false
  const onBatch = async ({ records }: LogBatch): Promise<void> => {
    const wanted = records.filter(({ offset }) => offset <= to)
    if (isOver || wanted.length === 0) return
    await take(wanted)
    if ((wanted.at(-1)?.offset ?? -1) < to) return
    isOver = true
    resolve(undefined)
  }
  const reader = await log.read({
    topic,
    resumeAt: (each) => Promise.resolve(each === partition ? from : undefined),
    onBatch: (batch) =>
      onBatch(batch).catch((error: unknown) => {
        isOver = true
        reject(error)
      }),
    onStopped: reject,
  })
  try {
    await done
  } finally {
    signal.removeEventListener('abort', abort)
    await reader.close()
  }
}
