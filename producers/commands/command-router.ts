import { type Request, type RequestHandler, type Response, Router } from 'express'
import { callerOf } from '@reprise/core/caller.ts'
import { idempotencyKeyOf } from '../write-path/idempotency-key.ts'
import type { CommandAnswer, CommandHandler, CommandRequest } from './command-handler.ts'

/** The handlers as routes: one request per command. */
export const commandRouter = (handlers: readonly CommandHandler[]): Router => {
  const router = Router()
  for (const { method, path, handle } of handlers)
    router[method](path, async (request, response) => {
      send(response, await handle(requestOf(request, response)))
    })
  return router
}

/** Law 4: the first process that sees a command fixes its key, and every answer returns it, whatever becomes of it. */
export const fixKey: RequestHandler = (request, response, next) => {
  const key = idempotencyKeyOf(request.headers['idempotency-key'] as string | undefined)
  request.headers['idempotency-key'] = key
  response.setHeader('Idempotency-Key', key)
  next()
}

const requestOf = (request: Request, { locals }: Response): CommandRequest => ({
  method: request.method,
  params: request.params as Readonly<Record<string, string>>,
  body: request.body,
  actorId: callerOf(locals).userId,
  key: idempotencyKeyOf(request.headers['idempotency-key'] as string | undefined),
  ifMatch: request.headers['if-match'],
  traceparent: request.headers['traceparent'] as string | undefined,
})

const send = (response: Response, answer: CommandAnswer): void => {
  if (answer.etag !== undefined) response.setHeader('ETag', answer.etag)
  if ('problem' in answer) throw answer.problem
  if (answer.position !== undefined) response.setHeader('Reprise-Position', answer.position)
  if (answer.location !== undefined) response.setHeader('Location', answer.location)
  response.status(answer.status)
  if (answer.body === undefined) response.end()
  else response.json(answer.body)
}
