import { z } from 'zod'
import { parsed } from '@reprise/core/invalid-request.ts'
import { jsonOf } from '@reprise/core/json-text.ts'
import { Problem, type ProblemDocument, problemDocument } from '@reprise/core/problem.ts'
import { badPath } from '@reprise/core/told-problem.ts'
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

/** Finds the handler of a line, and what it is given. @throws {Problem} `not-found`, `method-not-allowed` */
export const createDispatch = (handlers: readonly CommandHandler[]) => {
  const patterns = handlers.map((handler) => ({
    method: handler.method.toUpperCase(),
    parts: handler.path.split('/'),
    handler,
  }))
  const matches = (parts: readonly string[], given: readonly string[]) =>
    parts.length === given.length &&
    parts.every((part, at) => (part.startsWith(':') ? given[at] !== '' : part === given[at]))

  return (line: CommandLine & { readonly idempotencyKey: string }, actorId: string) => {
    const given = line.path.split('/')
    const found = patterns.find(({ method, parts }) => method === line.method && matches(parts, given))
    if (found === undefined)
      throw unknownRoute(
        line,
        patterns.filter(({ parts }) => matches(parts, given)),
      )
    const { method, body, idempotencyKey: key, ifMatch, traceparent } = line
    const params = paramsOf(found.parts, given)
    const request: CommandRequest = { method, params, body, actorId, key, ifMatch, traceparent }
    return found.handler.handle(request)
  }
}

const paramsOf = (parts: readonly string[], given: readonly string[]): Readonly<Record<string, string>> => {
  const params: Record<string, string> = {}
  for (const [at, part] of parts.entries())
    if (part.startsWith(':')) params[part.slice(1)] = unescaped(given[at] ?? '')
  return params
}

const unescaped = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    throw badPath()
  }
}

const unknownRoute = (
  { method, path }: CommandLine,
  others: readonly { readonly method: string }[],
): Problem =>
  others.length === 0
    ? new Problem('not-found', `there is no command ${method} ${path.slice(0, 200)}; see /openapi.json`)
    : new Problem(
        'method-not-allowed',
        `${path.slice(0, 200)} takes ${others.map((other) => other.method).join(', ')}`,
      )

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
