import type { FailurePolicy } from '@reprise/core/failure-policy.ts'
import type { OnFailure } from './groups.ts'
import type { Failure } from './turn.ts'

/** The projection's policy is to try the event again, in order. */
export class TriedAgain extends Error {
  override readonly name = 'TriedAgain'
}

/** What a failure ends the batch with, where the policy lets no key wait. */
export const endUnder = (
  policy: Exclude<FailurePolicy, { readonly kind: 'quarantine' }>,
  cause: Error,
): Error => (policy.kind === 'retry' ? new TriedAgain(cause.message, { cause }) : cause)

/** What a policy makes of failures. `failures` are those to quarantine: the first of each group. */
export const createFailing = (
  policy: FailurePolicy,
): { readonly onFailure: OnFailure; readonly failures: () => readonly Failure[] } => {
  const first = new Map<string, Failure>()
  return {
    onFailure: (failure) => {
      if (policy.kind !== 'quarantine') throw endUnder(policy, failure.cause)
      const before = first.get(failure.group)
      if (before === undefined || failure.offset < before.offset) first.set(failure.group, failure)
    },
    failures: () => [...first.values()],
  }
}

/** How many times a handler is called with an event before it counts as failed. */
export const attemptsOf = (policy: FailurePolicy): number =>
  policy.kind === 'quarantine' ? Math.max(1, policy.attempts) : 1
