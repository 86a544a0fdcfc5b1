import type { Log, LogBatch, Reader } from '@reprise/core/ports/log.port.ts'
import type { Logger } from '@reprise/core/ports/logger.port.ts'
import type { TopicName } from '@reprise/schemas/topics.ts'
import { openPatiently } from './open-patiently.ts'
import type { Seat } from './seat.ts'

/** The reader of one subscriber alone, for the partitions in which it is not where the others are. */
export type ReadingApart = {
  /** Resolves when the seat can share, or leaves. */
  readonly read: (seat: SeatApart) => Promise<void>
  readonly leave: (partition: number) => void
  readonly close: () => Promise<void>
}

type SeatApart = Pick<Seat, 'partition' | 'next' | 'canShare' | 'takeApart'>

/** See {@link ReadingApart}. */
export type ReadingApartOptions = {
  readonly log: Log
  readonly logger: Logger
  readonly topic: TopicName
  /** Told when reading has stopped for good. */
  readonly onStopped: (reason: Error) => void
}

/** Reads without a group, so that no rebalance ever stops it; there is no reader while nobody needs one. */
export const createReadingApart = ({ log, logger, topic, onStopped }: ReadingApartOptions): ReadingApart => {
  const reading = new Map<number, { readonly seat: SeatApart; readonly done: () => void }>()
  const closing = new AbortController()
  let reader: Promise<Reader> | undefined

  const onBatch = async ({ partition, records, behind }: LogBatch): Promise<void> => {
    const seat = reading.get(partition)?.seat
    await seat?.takeApart({ records, behind })
    if (seat?.canShare() === true && reading.get(partition)?.seat === seat) leave(partition)
  }
  const open = () =>
    openPatiently(
      { log, logger, signal: closing.signal },
      {
        topic,
        inTurns: true,
        resumeAt: (partition) => Promise.resolve(reading.get(partition)?.seat.next()),
        onBatch,
        onStopped,
      },
    )
  const stopUnlessClosing = (reason: Error) => {
    if (!closing.signal.aborted) onStopped(reason)
  }
  const close = async () => {
    const before = reader
    reader = undefined
    await before?.then((opened) => opened.close()).catch(() => undefined)
  }
  /** Not awaited: a reader may wait for the very batch that calls this. */
  const lookAgain = () => {
    if (reading.size === 0) void close()
    else if (reader === undefined) {
      reader = open()
      reader.catch(stopUnlessClosing)
    } else reader.then((opened) => opened.rewind()).catch(() => undefined)
  }
  const leave = (partition: number) => {
    const left = reading.get(partition)
    if (left === undefined) return
    reading.delete(partition)
    lookAgain()
    left.done()
  }
  return {
    read: (seat) =>
      new Promise((done) => {
        reading.set(seat.partition, { seat, done })
        lookAgain()
      }),
    leave,
    close: async () => {
      closing.abort(new Error('closing'))
      for (const partition of [...reading.keys()]) leave(partition)
      await close()
    },
  }
}
