import { unauthenticated } from '@reprise/core/caller.ts'
import type { DirectAnswer, DirectRequest, DirectRoute, RequestHeaders } from '@reprise/core/direct-route.ts'
import { idempotencyKeyOf } from '../write-path/idempotency-key.ts'
import type { CommandAnswer, CommandHandler, CommandRequest } from './command-handler.ts'

/** The handlers as routes: one request per command. */
export const commandRoutes = (handlers: readonly CommandHandler[]): readonly DirectRoute[] =>
  handlers.map(({ method, path, handle }) => ({
    method,
    path,
    handle: async (request) => answerOf(await handle(requestOf(request))),
  }))

/**
 * Law 4: the first process that sees a command fixes its key, and every answer returns it, whatever becomes of it. What
 * is refused before that (429, no such path or method) was seen by nobody, and has no key but the client's own.
 */
export const fixKey = (
  headers: Record<string, string | string[] | undefined>,
): { readonly 'Idempotency-Key': string } => {
  const key = idempotencyKeyOf(textIn(headers, 'idempotency-key'))
  headers['idempotency-key'] = key
  return { 'Idempotency-Key': key }
}

const requestOf = ({ method, params, body, caller, headers }: DirectRequest): CommandRequest => {
  if (caller === undefined) throw unauthenticated()
  return {
    method,
    params,
    body,
    actorId: caller.userId,
    key: idempotencyKeyOf(textIn(headers, 'idempotency-key')),
    ifMatch: textIn(headers, 'if-match'),
    traceparent: textIn(headers, 'traceparent'),
  }
}

const textIn = (headers: RequestHeaders, name: string): string | undefined => {
  const value = headers[name]
  return typeof value === 'string' ? value : undefined
}

const answerOf = (answer: CommandAnswer): DirectAnswer => {
  const headers: Record<string, string> = {}
  if (answer.etag !== undefined) headers['ETag'] = answer.etag
  if ('problem' in answer) return { problem: answer.problem, headers }
  const { position, location, status, body } = answer
  if (position !== undefined) headers['Reprise-Position'] = position
  if (location !== undefined) headers['Location'] = location
  return { status, headers, body }
}
