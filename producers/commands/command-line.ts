import { z } from 'zod'
import { createRouteFinder } from '@reprise/core/direct-route.ts'
import { parsed } from '@reprise/core/invalid-request.ts'
import { jsonOf } from '@reprise/core/json-text.ts'
import { Problem, type ProblemDocument, problemDocument } from '@reprise/core/problem.ts'
import { idempotencyKeyOf } from '../write-path/idempotency-key.ts'
import type { CommandAnswer, CommandHandler, CommandRequest } from './command-handler.ts'

/** One command as a line: what would be its request. */
export const commandLine = z.strictObject({
  method: z.enum(['PUT', 'POST', 'PATCH', 'DELETE']),
  path: z.string().max(1_000),
  body: z.unknown().optional(),
  idempotencyKey: z.string().optional(),
  ifMatch: z.string().optional(),
  traceparent: z.string().optional(),
})

/** The answer to a line, as a line: what would be the answer to its request. */
export const answerLine = z.object({
  line: z.int().min(1),
  status: z.int(),
  idempotencyKey: z.string().optional(),
  etag: z.string().optional(),
  position: z.string().optional(),
  location: z.string().optional(),
  retryAfter: z.int().optional(),
  body: z.unknown().optional(),
  problem: z.unknown().optional(),
})

type CommandLine = z.output<typeof commandLine>

/** A line that was understood. @throws {Problem} `bad-json`, `invalid-request`, `bad-header` */
export const readLine = (bytes: Uint8Array): CommandLine & { readonly idempotencyKey: string } => {
  const line = parsed(commandLine, jsonOf(bytes))
  return { ...line, idempotencyKey: idempotencyKeyOf(line.idempotencyKey) }
}

/** Finds the handler of a line, and gives it the line. @throws {Problem} `not-found`, `method-not-allowed` */
export const createDispatch = (handlers: readonly CommandHandler[]) => {
  const finder = createRouteFinder(handlers)
  return (line: CommandLine & { readonly idempotencyKey: string }, actorId: string) => {
    const { method, path, body, idempotencyKey: key, ifMatch, traceparent } = line
    const found = finder.find(method, path)
    if (found === undefined) throw unknownRoute(line, finder.methodsOf(path))
    const request: CommandRequest = { method, params: found.params, body, actorId, key, ifMatch, traceparent }
    return found.route.handle(request)
  }
}

const unknownRoute = ({ method, path }: CommandLine, others: readonly string[]): Problem =>
  others.length === 0
    ? new Problem('not-found', `there is no command ${method} ${path.slice(0, 200)}; see /openapi.json`)
    : new Problem('method-not-allowed', `${path.slice(0, 200)} takes ${others.join(', ')}`)

/** The text of an answer, with its line feed. */
export const answerLineOf = (line: number, key: string | undefined, answer: CommandAnswer): string =>
  `${JSON.stringify(
    'problem' in answer
      ? { line, ...problemPart(answer.problem), idempotencyKey: key, ...shown(answer) }
      : { line, status: answer.status, idempotencyKey: key, ...shown(answer) },
  )}\n`

const problemPart = (problem: Problem) => {
  const document: ProblemDocument = problemDocument(problem)
  const seconds = problem.retryAfterSeconds
  return { status: document.status, ...(seconds !== undefined && { retryAfter: Math.ceil(seconds) }) }
}

const shown = (answer: CommandAnswer) => {
  if ('problem' in answer) return { etag: answer.etag, problem: problemDocument(answer.problem) }
  const { etag, position, location, body } = answer
  return { etag, position, location, body }
}
