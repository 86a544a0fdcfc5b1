import type { IncomingMessage } from 'node:http'
import type { RequestHandler } from 'express'
import { collectDefaultMetrics, Histogram, Registry, register as shared } from 'prom-client'
import type { Measurement } from '@reprise/core/measurement.ts'
import { measurementsText } from './measurements-text.ts'

/**
 * Measures requests by the pattern of their route, never by path: ids would make a series each. The text also holds
 * what the service tells of itself besides, and whatever it has registered in prom-client's shared registry.
 */
export const createRequestMetrics = (service: string, more?: () => Promise<readonly Measurement[]>) => {
  const own = new Registry()
  own.setDefaultLabels({ service })
  collectDefaultMetrics({ register: own })
  const duration = new Histogram({
    name: 'reprise_http_request_duration_seconds',
    help: 'Time from the request to the end of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [own],
  })
  const observe = (
    { method = 'other' }: IncomingMessage,
    route: string,
    status: number,
    startedAt: number,
  ): void => {
    const labels = { method: knownMethods.has(method) ? method : 'other', route, status }
    duration.observe(labels, (performance.now() - startedAt) / 1000)
  }
  const measure: RequestHandler = (request, response, next) => {
    const startedAt = performance.now()
    response.once('finish', () => {
      const route = (response.locals.route as string | undefined) ?? 'unknown'
      observe(request, route, response.statusCode, startedAt)
    })
    next()
  }
  const text = async () =>
    `${await own.metrics()}${await shared.metrics()}${measurementsText((await more?.()) ?? [])}`
  return { observe, measure, text }
}

const knownMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
