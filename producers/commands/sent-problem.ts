import { Problem, type ProblemCode, problems } from '@reprise/core/problem.ts'

/** A problem on its way to another thread or process, as JSON carries it. */
export type SentProblem = {
  readonly code: ProblemCode
  readonly detail: string
  readonly facts: Problem['facts']
  readonly retryAfterSeconds: number | undefined
}

/** What is sent of a problem. */
export const sentProblemOf = ({ code, message, facts, retryAfterSeconds }: Problem): SentProblem => ({
  code,
  detail: message,
  facts,
  retryAfterSeconds,
})

/** The problem as it was; one whose code only the sender's version knows is `internal`. */
export const receivedProblemOf = ({ code, detail, facts, retryAfterSeconds }: SentProblem): Problem =>
  code in problems
    ? new Problem(code, detail, { facts, ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) })
    : new Problem('internal', detail)
