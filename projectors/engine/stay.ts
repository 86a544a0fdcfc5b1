import type { Turn } from './turn.ts'

/**
 * What becomes of a partition's events, from where a process begins to follow it until it ends or begins anew: they
 * are taken in, and stored when that is due. What was taken in and isn't stored when it ends is lost, and read again.
 */
export type Stay<Event> = {
  /** Takes events in; what fails is told to the turn. Done again after it threw, it is as if it were done once. */
  readonly apply: (turn: Turn<Event>) => Promise<void>
  /**
   * Stores the effect of what was taken in, and tells of each part. Done again, for the same or other cuts of the log, it
   * changes nothing.
   * @throws {TakenInAgain} when only another stay, from the last checkpoint on, can tell which event is at fault.
   */
  readonly store: (isCurrent: () => boolean, onPart: () => void) => Promise<void>
  /** Whether that is due, because there is no room for more. */
  readonly isFull: () => boolean
  /** Nothing of it counts any more. */
  readonly end: () => void
}

/** Something that was taken in can't be stored: end the stay, and take its events in again from the checkpoint on. */
export class TakenInAgain extends Error {
  override readonly name = 'TakenInAgain'
}

/** Where a stay begins. */
export type StayStart = {
  readonly partition: number
  /** The offset of the first record that is new to it; at 0, what it hasn't touched itself is as it was before any event. */
  readonly next: number
}

/** A stay that stores at once what it is given. */
export const storingAtOnce = <Event>(apply: Stay<Event>['apply']): Stay<Event> => ({
  apply,
  store: () => Promise.resolve(),
  isFull: () => false,
  end: () => undefined,
})
