import type { EventTypes } from '@reprise/schemas/generated/events.ts'
import type { EventType } from './event.ts'
import type { ProblemCode } from './problem.ts'

/** A new event as a decider gives it: everything but `meta`, which the command path adds. */
export type NewEvent<Type extends EventType = EventType> = {
  [T in Type]: { readonly type: T; readonly data: Omit<EventTypes[T], 'meta'> }
}[Type]

/** What a fold of the write side reads of an accepted event. */
export type EvolvingEvent<Type extends EventType = EventType> = {
  [T in Type]: { readonly type: T; readonly data: EventTypes[T] }
}[Type]

/** A refusal by the domain: a value, not a fault. */
export type Refusal = {
  readonly refused: ProblemCode
  readonly detail: string
  readonly facts?: Readonly<Record<string, unknown>>
}

/** One command's outcome: an event to append, nothing to do, or a refusal. */
export type Decision<Type extends EventType = EventType> = NewEvent<Type> | 'nothing-to-do' | Refusal

/**
 * The pure write side of one stream type (law 9): no clock, no I/O, no randomness; whatever a decision needs
 * comes in with the command. Borrowed from Jérémie Chassaing's functional event sourcing decider.
 */
export type Decider<State, Command, Type extends EventType> = {
  readonly initialState: State
  readonly evolve: (state: State, event: EvolvingEvent<Type>) => State
  readonly decide: (state: State, command: Command) => Decision<Type>
}

/** Tells a refusal from the other outcomes. */
export const isRefusal = (decision: Decision): decision is Refusal =>
  typeof decision === 'object' && 'refused' in decision
