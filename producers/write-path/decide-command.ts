import type { Meta } from '@reprise/schemas/generated/events.ts'
import type { NewEvent, Refusal } from '@reprise/core/decider.ts'
import type { EventType } from '@reprise/core/event.ts'
import type { ProblemCode } from '@reprise/core/problem.ts'
import type { Command } from './command.ts'
import type { Versioned } from './kept-state.ts'
import type { StreamType } from './stream-type.ts'

/** What a command comes to on a state: an event, or an answer that appends nothing. */
export type Verdict<Type extends EventType> =
  | { readonly kind: 'append'; readonly event: NewEvent<Type> }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'refused'; readonly refusal: Refusal }

/** Decides a command whose id is new, on the state before it. Pure. */
export const decideCommand = <State, Body, Type extends EventType, Report>(
  stream: StreamType<State, Body, Type, Report>,
  command: Command<Body>,
  { state, version }: Versioned<State>,
): Verdict<Type> => {
  const { keyRefusal, expectedVersion } = command
  if (keyRefusal) return { kind: 'refused', refusal: keyRefusal }
  const decision = stream.decide(state, command)
  const refusal = decision !== 'nothing-to-do' && 'refused' in decision ? decision : undefined
  const isBarred = refusal !== undefined && barring.has(refusal.refused)
  if (expectedVersion !== undefined && expectedVersion !== version && !isBarred)
    return { kind: 'refused', refusal: versionMismatch(expectedVersion, version) }
  if (decision === 'nothing-to-do') return { kind: 'unchanged' }
  return 'refused' in decision ? { kind: 'refused', refusal: decision } : { kind: 'append', event: decision }
}

/** Whoever may not see a stream, or may not do this to it, is told so whatever version they name. */
const barring: ReadonlySet<ProblemCode> = new Set(['not-found', 'forbidden', 'already-exists'])

/** What every event begins with. */
export const metaOf = (command: Command, eventId: string, streamVersion: number): Meta => ({
  eventId,
  commandId: command.commandId,
  bodyHash: command.bodyHash,
  streamId: command.streamId,
  streamVersion,
  actorId: command.actorId,
  deviceId: command.deviceId,
  lamport: command.lamport ?? null,
  occurredAt: command.occurredAt,
})

/** What a claim begins with: it belongs to no command and no stream. */
export const claimMetaOf = (eventId: string, now: number): Meta => ({
  eventId,
  commandId: '',
  bodyHash: '',
  streamId: '',
  streamVersion: null,
  actorId: '',
  deviceId: null,
  lamport: null,
  occurredAt: now,
})

/** An event larger than this is refused. */
export const eventBytesMax = 512 * 1024

/** The refusal of a key that was accepted with another body. */
export const keyReused: Refusal = {
  refused: 'key-reused',
  detail: 'this Idempotency-Key was accepted with another body; send a new key for a new command',
}

/** The refusal of everything on a stream that nobody can read. */
export const streamQuarantined: Refusal = {
  refused: 'stream-quarantined',
  detail:
    'a record of this stream cannot be read, so nothing can be decided on it; operators have to look at it',
}

/** The refusal of an event that grew too large. */
export const tooLarge = (bytes: number): Refusal => ({
  refused: 'too-large',
  detail: `the event would have ${bytes} bytes, at most ${eventBytesMax} are stored; send it as several commands`,
})

const versionMismatch = (expected: number, current: number): Refusal => ({
  refused: 'version-mismatch',
  detail: `If-Match names version ${expected}, the current one is ${current}; read it again and decide anew`,
  facts: { currentVersion: current },
})
