import type { EventTypes } from '@reprise/schemas/generated/events.ts'
import type { Decider } from '@reprise/core/decider.ts'
import type { EventType } from '@reprise/core/event.ts'
import type { SnapshotCodec } from '@reprise/core/snapshot-codec.ts'
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
  /** How states are kept between runs. */
  readonly snapshot: SnapshotCodec<State>
}
