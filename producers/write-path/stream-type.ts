import type { EventTypes } from '@reprise/schemas/generated/events.ts'
import type { Decider } from '@reprise/core/decider.ts'
import type { EventType } from '@reprise/core/event.ts'
import type { Remembered } from './command.ts'

/** What a decision is made on: the command's content, and who gives it. */
export type Decidable<Body> = { readonly actorId: string; readonly commandId: string; readonly body: Body }

/** A kind of stream as the write path drives it: its decider, and what its answers report. */
export type StreamType<State, Body, Type extends EventType, Report> = Decider<
  State,
  Decidable<Body>,
  Type
> & {
  /** What the first accepted answer tells the client, taken from the event alone (law 5). */
  readonly reportOf: (event: { readonly type: Type; readonly data: EventTypes[Type] }) => Report
  /** The command that created the stream, remembered in its state for ever. */
  readonly creationOf: (state: State) => (Remembered<Report> & { readonly commandId: string }) | undefined
  /** Folds what `creationOf` needs; called for a stream's first event. */
  readonly withCreation: (
    state: State,
    creation: Remembered<Report> & { readonly commandId: string },
  ) => State
  readonly snapshot: SnapshotCodec<State>
}

/** How states are kept between runs. A new version of the form reads the log anew. */
export type SnapshotCodec<State> = {
  readonly version: number
  /** What JSON can hold. */
  readonly toJson: (state: State) => unknown
  readonly fromJson: (json: unknown) => State
  /** How much memory a state takes, in items of about 200 bytes; at least 1. */
  readonly weightOf: (state: State) => number
}
