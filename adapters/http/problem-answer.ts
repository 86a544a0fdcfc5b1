import type { ServerResponse } from 'node:http'
import type { ErrorRequestHandler } from 'express'
import { type Problem, type ProblemDocument, problemDocument } from '@reprise/core/problem.ts'
import type { Logger } from '@reprise/core/ports/logger.port.ts'
import { badPath, toldProblemOf } from '@reprise/core/told-problem.ts'

/** Answers whatever a route threw with an RFC 9457 problem document. */
export const answerProblem =
  (logger: Logger): ErrorRequestHandler =>
  (error: unknown, request, response, _next) => {
    // The client went away, or half an answer is out already: nothing sensible can follow.
    if (response.headersSent || request.socket.destroyed) {
      request.socket.destroy()
      return
    }
    const { method, path } = request
    sendProblem(response, isBadPath(error) ? badPath() : toldProblemOf(error, logger, { method, path }))
  }

/** Sends a problem document. */
export const sendProblem = (response: ServerResponse, problem: Problem): void => {
  const document: ProblemDocument = problemDocument(problem)
  const text = JSON.stringify(document)
  if (problem.retryAfterSeconds !== undefined)
    response.setHeader('Retry-After', Math.max(1, Math.ceil(problem.retryAfterSeconds)).toString())
  if (problem.code === 'unauthenticated') response.setHeader('WWW-Authenticate', challengeOf(response))
  response.statusCode = document.status
  response.setHeader('Content-Type', 'application/problem+json')
  response.setHeader('Cache-Control', 'no-store')
  response.setHeader('Content-Length', Buffer.byteLength(text))
  response.end(text)
}

/** RFC 6750: without a token the bare challenge, with a bad one its error. */
const challengeOf = ({ req }: ServerResponse): string =>
  req.headers.authorization === undefined
    ? 'Bearer realm="reprise"'
    : 'Bearer realm="reprise", error="invalid_token"'

/** Express throws it while matching a path with, say, a lone percent sign. */
const isBadPath = (error: unknown): boolean =>
  error instanceof Error && 'status' in error && error.status === 400
