import type { UnreadableRecord } from './decode-events.ts'

/** An event that could not be applied to a group; the group stops there, and waits. */
export type Failure = {
  /** The group's name, or that of a whole partition (core/quarantine.ts). */
  readonly group: string
  readonly offset: number
  /** Why, in words. */
  readonly cause: Error
}

/** Events of one partition, in order, and whether applying them still counts. */
export type Turn<Event> = {
  readonly partition: number
  readonly events: readonly Event[]
  /** Accepted records that can't be read as events. */
  readonly unreadable: readonly UnreadableRecord[]
  readonly isCurrent: () => boolean
  /** Whether a group, by its name, waits in quarantine: nothing is applied to it. Missing if none does. */
  readonly isHeld?: ((group: string) => boolean) | undefined
  /** Whether an operator discarded the event at this offset for the group. Missing if none was discarded here. */
  readonly isDiscarded?: ((group: string, offset: number) => boolean) | undefined
  /** Tells that a group stops; what stands before the event is stored, nothing after it. */
  readonly fail: (failure: Failure) => void
}
