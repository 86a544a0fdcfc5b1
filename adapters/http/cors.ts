import type { RequestHandler } from 'express'

/** The headers that let a browser of this origin read our answers; empty where it may not, or none asks. */
export type CorsHeaders = (origin: string | undefined) => Readonly<Record<string, string>>

/** See {@link CorsHeaders}; `origins` may call, `*` is any. */
export const corsHeaders = (origins: readonly string[]): CorsHeaders => {
  const varies: Readonly<Record<string, string>> = origins.length > 0 ? { Vary: 'Origin' } : {}
  return (origin) =>
    origin !== undefined && (origins.includes(origin) || origins.includes('*'))
      ? { ...varies, 'Access-Control-Allow-Origin': origin, 'Access-Control-Expose-Headers': exposed }
      : varies
}

/** Lets browsers of the given origins call, and lets them read the headers that our answers speak through. */
export const cors =
  (headersFor: CorsHeaders): RequestHandler =>
  (request, response, next) => {
    const headers = headersFor(request.headers.origin)
    response.set(headers)
    const isPreflight =
      request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined
    if (isPreflight && 'Access-Control-Allow-Origin' in headers) response.status(204).set(preflight).end()
    else next()
  }

const exposed = 'Reprise-Position, ETag, Idempotency-Key, Retry-After, Location'

const preflight = {
  'Access-Control-Allow-Methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
  'Access-Control-Allow-Headers':
    'Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, Reprise-Min-Position, Reprise-Max-Wait, traceparent',
  'Access-Control-Max-Age': '600',
} as const
