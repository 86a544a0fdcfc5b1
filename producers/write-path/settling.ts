import type { LogRecord } from '@reprise/core/ports/log.port.ts'

const againMs = 50

/**
 * Sends records and sees to it that each comes back or is decided again: an append may be lost, doubled or late, and its
 * acknowledgement too, so the log itself settles what became of it.
 */
export const createSettling = (options: {
  readonly append: (records: readonly LogRecord[]) => Promise<unknown>
  readonly endOffset: () => Promise<number>
  readonly nextOffset: () => number
  /** Whether a record is under way: it was sent, and neither read back nor given up. */
  readonly isUnderWay: (eventId: string) => boolean
  /** The log was read to its end, and doesn't hold what was sent. Should it come later, only one of two can be accepted. */
  readonly onLost: () => void
  readonly isStopped: () => boolean
  /** After an acknowledged append that doesn't come back: how long until the log is asked. */
  readonly settleMs: number
}) => {
  const { append, endOffset, nextOffset, isUnderWay, onLost, isStopped, settleMs } = options
  const waiting = new Map<string, () => void>()
  let unanswered = 0

  const untilGone = (eventId: string, ms: number): Promise<void> =>
    new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer)
        waiting.delete(eventId)
        resolve()
      }
      const timer = setTimeout(done, isUnderWay(eventId) ? ms : 0)
      waiting.set(eventId, done)
    })
  const settle = async (eventId: string): Promise<void> => {
    const end = await endOffset().catch(() => undefined)
    if (end === undefined || nextOffset() < end) await untilGone(eventId, againMs)
    else if (isUnderWay(eventId)) onLost()
  }
  const send = async (records: readonly LogRecord[], lastId: string): Promise<void> => {
    unanswered++
    const isAcknowledged = await append(records).then(
      () => true,
      () => false,
    )
    unanswered--
    // What was acknowledged comes back by itself; only what doesn't is looked for.
    if (isAcknowledged && isUnderWay(lastId)) await untilGone(lastId, settleMs)
    while (isUnderWay(lastId) && !isStopped()) await settle(lastId)
  }
  return {
    /** Appends records, of which `lastId` is the last one's event id. */
    send: (records: readonly LogRecord[], lastId: string): void => void send(records, lastId),
    /** Whether an append is unanswered. */
    isSending: (): boolean => unanswered > 0,
    /** This record is no longer under way. */
    gone: (eventId: string): void => waiting.get(eventId)?.(),
    /** No record is. */
    allGone: (): void => {
      for (const done of [...waiting.values()]) done()
    },
  }
}
