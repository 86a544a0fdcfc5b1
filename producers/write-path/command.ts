import type { Refusal } from '@reprise/core/decider.ts'

/** A command on its way to a decision. Everything that a decision needs comes with it (law 9). */
export type Command<Body = unknown> = {
  readonly streamId: string
  readonly actorId: string
  /** Law 5: hash of actor, stream and idempotency key. */
  readonly commandId: string
  readonly bodyHash: string
  readonly body: Body
  readonly deviceId: string | null
  readonly occurredAt: number
  /** The device's logical clock, if it keeps one. */
  readonly lamport?: number | undefined
  /** The version that the client decided on: another one refuses the command. */
  readonly expectedVersion: number | undefined
  /** Why the key can't be trusted for a look-up (law 5); refuses the command unless its stream remembers it. */
  readonly keyRefusal: Refusal | undefined
  /** The time in the key, if it is a UUIDv7: nobody used it earlier. */
  readonly keyTime: number | undefined
  /** W3C trace context, when the trace is sampled. */
  readonly traceparent: string | undefined
}

/** What the log says of a command. */
export type Outcome<Report = unknown> =
  | { readonly kind: 'accepted'; readonly report: Report; readonly version: number; readonly offset: number }
  | { readonly kind: 'unchanged'; readonly version: number; readonly offset: number }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly version: number }

/** A command's id with what its first accepted answer was: enough to answer again. */
export type Remembered<Report = unknown> = {
  readonly bodyHash: string
  readonly version: number
  readonly offset: number
  readonly report: Report
}

/** The answer to a command that the accepted history holds: the same whoever gives it, and whenever. */
export const acceptedOutcome = <Report>({
  report,
  version,
  offset,
}: Remembered<Report>): Outcome<Report> => ({
  kind: 'accepted',
  report,
  version,
  offset,
})
