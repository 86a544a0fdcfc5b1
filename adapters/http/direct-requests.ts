import type { IncomingMessage, ServerResponse } from 'node:http'
import { Router } from 'express'
import { type Authenticator, callerIfAny, unauthenticated } from '@reprise/core/caller.ts'
import {
  createRouteFinder,
  type DirectAnswer,
  type DirectRoute,
  type FoundRoute,
} from '@reprise/core/direct-route.ts'
import { jsonOf } from '@reprise/core/json-text.ts'
import type { Logger } from '@reprise/core/ports/logger.port.ts'
import { toldProblemOf } from '@reprise/core/told-problem.ts'
import { boundLeftover, readBody } from './large-body.ts'
import { sendProblem } from './problem-answer.ts'
import type { FirstHeaders } from './http-service.ts'

/** What the short way needs. */
export type DirectOptions = {
  readonly direct: readonly DirectRoute[]
  readonly first?: FirstHeaders | undefined
  readonly authenticate?: Authenticator | undefined
  readonly bodyBytesMax: number
  readonly logger: Logger
  readonly observe: (request: IncomingMessage, route: string, status: number, startedAt: number) => void
}

/**
 * The short way of a request: most of what a web framework costs is the choice between things that almost no request
 * asks for. Takes requests to the given routes that ask for none of them, and says false of all others, which go the
 * long way and get the same answers there.
 */
export const createDirectRequests = (options: DirectOptions) => {
  const { direct, first, authenticate, bodyBytesMax, logger, observe } = options
  const finder = createRouteFinder(direct)

  const find = ({ method = '', url = '', headers }: IncomingMessage): FoundRoute<DirectRoute> | undefined => {
    if (url.includes('?') || !isPlain(headers, bodyBytesMax)) return undefined
    try {
      return finder.find(method, url)
    } catch {
      return undefined
    }
  }
  const answer = async (
    request: IncomingMessage,
    response: ServerResponse,
    found: FoundRoute<DirectRoute>,
  ) => {
    const { headers, method = '' } = request
    const fixed = first?.(headers)
    if (fixed) for (const name in fixed) response.setHeader(name, fixed[name] ?? '')
    const caller = await authenticate?.(headers.authorization)
    const hasBody = bytesIn(headers) > 0
    if (hasBody && authenticate !== undefined && caller === undefined) throw unauthenticated()
    const body = hasBody ? jsonOf(await readBody(request, bodyBytesMax)) : undefined
    sendAnswer(response, await found.route.handle({ method, params: found.params, headers, body, caller }))
  }

  return (request: IncomingMessage, response: ServerResponse): boolean => {
    const found = find(request)
    if (found === undefined) return false
    const startedAt = performance.now()
    answer(request, response, found)
      .catch((error: unknown) => {
        if (response.headersSent || request.socket.destroyed) {
          request.socket.destroy()
          return
        }
        boundLeftover(request, response)
        sendProblem(response, toldProblemOf(error, logger, { route: found.route.path }))
      })
      .finally(() => {
        observe(request, found.route.path, response.statusCode, startedAt)
      })
      .catch((error: unknown) => {
        logger.error({ error }, 'a request could not be answered')
      })
    return true
  }
}

/** The long way to the same routes. */
export const directRouter = (routes: readonly DirectRoute[]): Router => {
  const router = Router()
  for (const { method, path, handle } of routes)
    router[method](path, async (request, response) => {
      const params = request.params as Readonly<Record<string, string>>
      const { headers, body } = request as { headers: IncomingMessage['headers']; body: unknown }
      const caller = callerIfAny(response.locals)
      sendAnswer(response, await handle({ method: request.method, params, headers, body, caller }))
    })
  return router
}

const bytesIn = (headers: IncomingMessage['headers']): number => Number(headers['content-length'] ?? 0)

/** Nothing about browsers, nothing about how the body is sent, no body too large. */
const isPlain = (headers: IncomingMessage['headers'], bytesMax: number): boolean =>
  headers.origin === undefined &&
  headers.expect === undefined &&
  headers['transfer-encoding'] === undefined &&
  headers['content-encoding'] === undefined &&
  bytesIn(headers) <= bytesMax &&
  (bytesIn(headers) === 0 || plainTypes.has(headers['content-type'] ?? ''))

const plainTypes: ReadonlySet<string> = new Set([
  'application/json',
  'application/json; charset=utf-8',
  'application/json;charset=UTF-8',
])

const sendAnswer = (response: ServerResponse, answer: DirectAnswer): void => {
  const { headers } = answer
  if ('problem' in answer) {
    if (headers) for (const name in headers) response.setHeader(name, headers[name] ?? '')
    throw answer.problem
  }
  if (answer.body === undefined) {
    response.writeHead(answer.status, headers).end()
    return
  }
  const text = JSON.stringify(answer.body)
  const bytes = Buffer.byteLength(text)
  response.writeHead(answer.status, {
    ...headers,
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': bytes,
  })
  // Where every character is one byte, the cheaper way to write them writes the same.
  response.end(text, bytes === text.length ? 'latin1' : 'utf8')
}
