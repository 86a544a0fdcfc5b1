import type { RequestHandler } from 'express'

/** Lets browsers of the given origins call, and lets them read the headers that our answers speak through. */
export const cors =
  (origins: readonly string[]): RequestHandler =>
  (request, response, next) => {
    const { origin } = request.headers
    if (origins.length > 0) response.vary('Origin')
    if (origin === undefined || !(origins.includes(origin) || origins.includes('*'))) {
      next()
      return
    }
    response.set('Access-Control-Allow-Origin', origin).set('Access-Control-Expose-Headers', exposed)
    const isPreflight =
      request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined
    if (isPreflight) response.status(204).set(preflight).end()
    else next()
  }

const exposed = 'Reprise-Position, ETag, Idempotency-Key, Retry-After, Location'

const preflight = {
  'Access-Control-Allow-Methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
  'Access-Control-Allow-Headers':
    'Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, Reprise-Min-Position, Reprise-Max-Wait, traceparent',
  'Access-Control-Max-Age': '600',
} as const
