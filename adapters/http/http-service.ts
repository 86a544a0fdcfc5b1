import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import express, { type RequestHandler, type Router } from 'express'
import { type Authenticator, setCaller } from '@reprise/core/caller.ts'
import type { DirectRoute } from '@reprise/core/direct-route.ts'
import type { Measurement } from '@reprise/core/measurement.ts'
import type { Logger } from '@reprise/core/ports/logger.port.ts'
import { setStopping } from '@reprise/core/stopping.ts'
import { type AdmissionLimits, createAdmission } from './admission.ts'
import { createClosing } from './closing.ts'
import { cors, type CorsHeaders, corsHeaders } from './cors.ts'
import { createDirectRequests, directRouter } from './direct-requests.ts'
import { healthRouter, type Ready } from './health.routes.ts'
import { bodiesOfCallers, jsonBody } from './json-body.ts'
import { boundedLeftover, refuseLargeBody } from './large-body.ts'
import { knownRoute } from './known-route.ts'
import { listen } from './listening.ts'
import { answerProblem } from './problem-answer.ts'
import { createRequestMetrics } from './request-metrics.ts'
import { answerUnreadable } from './unreadable-request.ts'

/** What a service needs to be heard over HTTP. */
export type HttpServiceOptions = {
  readonly service: string
  readonly host: string
  /** 0 for any free port. */
  readonly port: number
  readonly logger: Logger
  /** Origins that browsers may call from; `*` for any. */
  readonly corsOrigins: readonly string[]
  /** Routes are given with full paths, so that unknown paths and methods are told apart before a body is read. */
  readonly routers: readonly Router[]
  /** Routes that read their bodies themselves, of whatever type and length; the others get JSON. */
  readonly streaming?: readonly Router[]
  /**
   * A token that is present must hold, on every route; routes ask `callerOf(response.locals)` where they need one. With
   * it, the body of a request without a token is not read but refused.
   */
  readonly authenticate?: Authenticator | undefined
  /** Why the service can't work yet, for /readyz; undefined when it can. */
  readonly ready: Ready
  /** What the service tells of itself, for /metrics. */
  readonly measure?: () => Promise<readonly Measurement[]>
  /** Routes that need nothing of express, and mostly don't meet it. */
  readonly direct?: readonly DirectRoute[]
  readonly first?: FirstHeaders | undefined
  /** How many requests are let in at once; the others get 429, except for health, metrics and OPTIONS. All, if not given. */
  readonly admits?: AdmissionLimits
  /** The largest request body; 1 MiB if not given. */
  readonly bodyBytesMax?: number | undefined
}

/**
 * The headers of every answer, from those of the request, which it may change. Runs before a caller or a body is looked
 * at, so that they are part of every refusal too. @throws {Problem}
 */
export type FirstHeaders = (headers: IncomingHttpHeaders) => Readonly<Record<string, string>>

/** A service that listens. */
export type HttpService = {
  readonly port: number
  /** Takes no new connections, lets requests in flight finish for up to `withinMs` (10 s), and cuts the rest. */
  readonly close: (withinMs?: number) => Promise<void>
}

/**
 * The shell of every service: health, metrics, CORS, authentication, JSON bodies and problem documents around the
 * service's own routes. Resolves when it listens. @throws when the port is taken.
 */
export const startHttpService = async (options: HttpServiceOptions): Promise<HttpService> => {
  const server = createServer(timeouts)
  const closing = createClosing(server)
  const metrics = createRequestMetrics(options.service, options.measure)
  const complete = {
    streaming: [],
    direct: [],
    ...options,
    bodyBytesMax: options.bodyBytesMax ?? bodyBytesMaxByDefault,
    corsHeaders: corsHeaders(options.corsOrigins),
    metrics,
    stopping: closing.signal,
    ready: () => (closing.signal.aborted ? 'the service is stopping' : options.ready()),
  }
  const app = appOf(complete)
  const goesDirectly = createDirectRequests({ ...complete, observe: metrics.observe })
  const isAdmitted = options.admits
    ? createAdmission({
        ...options.admits,
        oneBodyBytesMax: complete.bodyBytesMax,
        corsHeaders: complete.corsHeaders,
      })
    : () => true
  const take = (request: IncomingMessage, response: ServerResponse) => {
    if (!isAlwaysAdmitted(request) && !isAdmitted(request, response)) return
    if (!goesDirectly(request, response)) app(request, response)
  }
  server.on('request', take)
  // Without this Node asks for the body before anyone has looked at its length.
  server.on('checkContinue', take)
  answerUnreadable(server)
  const listening = await listen(server, options, connectionsMax)
  const { port } = listening
  options.logger.info({ host: options.host, port }, `${options.service} listens`)
  return { port, close: (withinMs) => closing.close(listening.close, withinMs) }
}

const bodyBytesMaxByDefault = 1024 * 1024
/** A browser that is refused the question whether it may ask shows its user a broken network. */
const isAlwaysAdmitted = ({ method, url = '' }: IncomingMessage): boolean =>
  method === 'OPTIONS' || alwaysAdmitted.has(url)
const alwaysAdmitted: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics'])
const connectionsMax = 20_000

const timeouts = {
  // How long a body may take is the business of whoever reads it: some go on for hours.
  requestTimeout: 0,
  headersTimeout: 10_000,
  // Longer than the idle time-out of the usual load balancers (60 s), so that they never reuse a closed connection.
  keepAliveTimeout: 65_000,
} as const

const hearsStopping =
  (stopping: AbortSignal): RequestHandler =>
  (_request, response, next) => {
    setStopping(response.locals, stopping)
    next()
  }

type Complete = HttpServiceOptions &
  Required<Pick<HttpServiceOptions, 'streaming' | 'direct'>> & {
    readonly bodyBytesMax: number
    readonly corsHeaders: CorsHeaders
    readonly stopping: AbortSignal
    readonly metrics: ReturnType<typeof createRequestMetrics>
  }

const setFirst =
  (first: FirstHeaders): RequestHandler =>
  (request, response, next) => {
    response.set(first(request.headers))
    next()
  }

const appOf = (options: Complete) => {
  const { service, streaming, first, authenticate, ready, logger, metrics, bodyBytesMax } = options
  const routers = [directRouter(options.direct), ...options.routers]
  const health = healthRouter({ service, ready, metrics: metrics.text })
  const app = express()
  app.disable('x-powered-by')
  app.set('etag', false)
  app.use(
    boundedLeftover,
    metrics.measure,
    cors(options.corsHeaders),
    knownRoute([health, ...streaming, ...routers]),
    health,
  )
  if (first) app.use(setFirst(first))
  if (authenticate)
    app.use(async (request, response, next) => {
      setCaller(response.locals, await authenticate(request.headers.authorization))
      next()
    })
  app.use(hearsStopping(options.stopping), ...streaming)
  if (authenticate) app.use(bodiesOfCallers)
  app.use(refuseLargeBody(bodyBytesMax), jsonBody(bodyBytesMax), ...routers)
  app.use(answerProblem(logger))
  return app
}
