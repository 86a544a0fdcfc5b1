import type { EventTopic } from '@reprise/schemas/topics.ts'
import { Problem } from '@reprise/core/problem.ts'
import { receivedProblemOf, type SentProblem, sentProblemOf } from '../commands/sent-problem.ts'
import type { Command, Outcome } from '../write-path/command.ts'
import { Moved } from '../write-path/pending-commands.ts'

/** A command on its way to the owner: one line. `n` is the sender's number for it, unique in its connection. */
export type ForwardedCommand = {
  readonly n: number
  /** How many answers the sender had heard by then that a command moved: those behind one that it hasn't heard of move, too. */
  readonly heard: number
  readonly topic: EventTopic
  readonly command: Command
}

/** What became of it: one line, as soon as it is known. */
export type ForwardedAnswer = { readonly n: number } & (
  | { readonly outcome: Outcome }
  | { readonly problem: SentProblem }
  | { readonly moved: { readonly wasSent: boolean } }
)

/** Where the owner takes commands. Another version of the lines gets another path. */
export const forwardingPath = '/v1/forwarded-commands'

/** The longest line, bytes: more than any command that a route lets through. */
export const lineBytesMax = 2 * 1024 * 1024

/** The owner says something while a connection stands, at least so often. */
export const beatMs = 500

/** How a failure at the owner is told. */
export const failureOf = (n: number, reason: unknown): ForwardedAnswer => {
  if (reason instanceof Moved) return { n, moved: { wasSent: reason.wasSent } }
  if (!(reason instanceof Problem))
    return failureOf(n, new Problem('internal', 'the owner of the partition failed at it'))
  // Nothing was done and the owner can't now; the sender waits for the next one, or for the end of its time.
  if (reason.code === 'not-ready') return { n, moved: { wasSent: false } }
  return { n, problem: sentProblemOf(reason) }
}

/** The outcome that an answer tells. @throws {Problem} {@link Moved} as the owner threw it */
export const outcomeOf = (answer: ForwardedAnswer): Outcome => {
  if ('outcome' in answer) return answer.outcome
  if ('moved' in answer) throw new Moved(answer.moved.wasSent)
  throw receivedProblemOf(answer.problem)
}
