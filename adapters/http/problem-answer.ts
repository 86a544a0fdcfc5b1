import { randomUUID } from 'node:crypto'
import type { ErrorRequestHandler, Request, Response } from 'express'
import { BadPosition } from '@reprise/core/position.ts'
import { Problem, type ProblemDocument, problemDocument } from '@reprise/core/problem.ts'
import type { Logger } from '@reprise/core/ports/logger.port.ts'
import { StoreUnavailable } from '@reprise/core/ports/store-failure.ts'

/** Answers whatever a route threw with an RFC 9457 problem document. */
export const answerProblem =
  (logger: Logger): ErrorRequestHandler =>
  (error: unknown, request, response, _next) => {
    // The client went away, or half an answer is out already: nothing sensible can follow.
    if (response.headersSent || request.socket.destroyed) {
      request.socket.destroy()
      return
    }
    const problem = problemOf(error) ?? unexpected(error, request, logger)
    if (error instanceof StoreUnavailable) logger.warn({ error }, 'a store did not answer')
    sendProblem(response, problem)
  }

/** Sends a problem. Nothing is told about our own failures but a request id, which the log knows too. */
const sendProblem = (response: Response, problem: Problem): void => {
  const document: ProblemDocument = problemDocument(problem)
  if (problem.retryAfterSeconds !== undefined)
    response.set('Retry-After', Math.max(1, Math.ceil(problem.retryAfterSeconds)).toString())
  if (problem.code === 'unauthenticated') response.set('WWW-Authenticate', challengeOf(response))
  response
    .status(document.status)
    .set('Content-Type', 'application/problem+json')
    .set('Cache-Control', 'no-store')
    .end(JSON.stringify(document))
}

/** RFC 6750: without a token the bare challenge, with a bad one its error. */
const challengeOf = ({ req }: Response): string =>
  req.headers.authorization === undefined
    ? 'Bearer realm="reprise"'
    : 'Bearer realm="reprise", error="invalid_token"'

const problemOf = (error: unknown): Problem | undefined => {
  if (error instanceof Problem) return error
  if (error instanceof BadPosition) return new Problem('bad-position', error.message)
  if (error instanceof StoreUnavailable)
    return new Problem('not-ready', 'a store that this needs does not answer now; try again', {
      cause: error,
    })
  if (isBadPath(error)) return new Problem('invalid-request', 'the path has a malformed percent escape')
  return undefined
}

/** Express throws it while matching a path with, say, a lone percent sign. */
const isBadPath = (error: unknown): boolean =>
  error instanceof URIError || (error instanceof Error && 'status' in error && error.status === 400)

const unexpected = (error: unknown, request: Request, logger: Logger): Problem => {
  const requestId = randomUUID()
  logger.error({ error, requestId, method: request.method, path: request.path }, 'a request failed')
  return new Problem('internal', `quote request ${requestId} when you report this`, {
    facts: { requestId },
    cause: error,
  })
}
