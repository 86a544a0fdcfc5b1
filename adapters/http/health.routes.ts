import { Router } from 'express'
import { Problem } from '@reprise/core/problem.ts'

/** GET /healthz: the process lives. GET /readyz: it can do its work, or says why not. GET /metrics: Prometheus. */
export const healthRouter = ({ service, ready, metrics }: HealthOptions): Router => {
  const router = Router()
  router.get('/healthz', (_request, response) => {
    response.set('Cache-Control', 'no-store').json({ service, status: 'alive' })
  })
  router.get('/readyz', (_request, response) => {
    const reason = ready()
    if (reason !== undefined) throw new Problem('not-ready', reason)
    response.set('Cache-Control', 'no-store').json({ service, status: 'ready' })
  })
  router.get('/metrics', async (_request, response) => {
    response.type('text/plain; version=0.0.4').send(await metrics())
  })
  return router
}

type HealthOptions = {
  readonly service: string
  readonly ready: () => string | undefined
  readonly metrics: () => Promise<string>
}
