import type { LogBatch } from '@reprise/core/ports/log.port.ts'
import type { ReadingApart } from './reading-apart.ts'
import type { Cursor, Taken, Window } from './window.ts'

/** One subscriber at one partition, from an answer of its `resumeAt` until it is asked again or ends. */
export type Seat = {
  readonly partition: number
  /** The offset of the next record that it needs. */
  readonly next: () => number
  readonly canShare: () => boolean
  /** While it reads apart: hands on what of these records comes next, until it can share. */
  readonly takeApart: (taken: Taken) => Promise<void>
  /** The weight of what the others' reader holds for it; undefined while it reads apart. */
  readonly behind: () => number | undefined
  /** The others wait for it no longer. */
  readonly part: () => void
  readonly end: () => void
  /** Resolves when it has ended and nothing is in its subscriber's hands. @throws what the subscriber threw. */
  readonly ended: Promise<void>
}

/** See {@link createSeat}. */
export type SeatOptions = {
  readonly partition: number
  readonly from: number
  /** The seat takes nothing before. */
  readonly after: Promise<unknown>
  readonly window: Window
  readonly apart: ReadingApart
  /** Whether the one reader is trusted. */
  readonly mayShare: () => boolean
  readonly deliver: (batch: LogBatch) => Promise<void>
}

/** Takes what the one reader delivers where it can, and else reads apart until it can: batch after batch, in order. */
export const createSeat = (options: SeatOptions): Seat => {
  const { partition, window, apart, deliver } = options
  let next = options.from
  let isOver = false
  let cursor: Cursor | undefined
  let work: Promise<void> = Promise.resolve()

  const take = async ({ records, behind }: Taken): Promise<void> => {
    // A reader that was set elsewhere meanwhile may still have delivered something of before.
    const at = next - (records[0]?.offset ?? next)
    if (isOver || at < 0 || at >= records.length) return
    const fresh = at === 0 ? records : records.slice(at)
    work = deliver({ partition, records: fresh, behind })
    await work
    next += fresh.length
  }
  /**
   * Never past what the others have been given, for it may need what one of them makes of it: with turns of its own, who
   * runs ahead waits until their reader comes back to this partition.
   */
  const takeApart = async ({ records, behind }: Taken): Promise<void> => {
    const first = records[0]?.offset ?? 0
    const end = first + records.length
    do {
      const limit = options.mayShare() && window.end() > next ? Math.min(window.end(), end) : end
      await take({ records: records.slice(0, limit - first), behind: (behind ?? 0) + end - limit })
    } while (!isOver && next >= first && next < end && !seat.canShare())
  }
  const part = () => {
    cursor?.leave()
    cursor = undefined
  }
  const share = async (): Promise<void> => {
    const mine = window.enter(next)
    cursor = mine
    for (let taken = await mine.take(); taken !== undefined; taken = await mine.take()) {
      await take(taken)
      mine.moveTo(next)
    }
    cursor = undefined
  }
  const run = async (): Promise<void> => {
    await options.after
    while (!isOver) await (seat.canShare() ? share() : apart.read(seat))
    await work
  }
  const seat: Omit<Seat, 'ended'> = {
    partition,
    next: () => next,
    canShare: () => options.mayShare() && window.welcomes(next),
    takeApart,
    behind: () => cursor?.behind(),
    part,
    end: () => {
      isOver = true
      part()
      apart.leave(partition)
    },
  }
  const ended = run()
  return { ...seat, ended }
}
