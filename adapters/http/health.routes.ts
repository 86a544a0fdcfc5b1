import { Router } from 'express'
import { Problem } from '@reprise/core/problem.ts'

/** GET /healthz: the process lives. GET /readyz: it can do its work, or says why not. GET /metrics: Prometheus. */
export const healthRouter = ({ service, ready, metrics }: HealthOptions): Router => {
  const router = Router()
  router.get('/healthz', (_request, response) => {
    response.set('Cache-Control', 'no-store').json({ service, status: 'alive' })
  })
  router.get('/readyz', async (_request, response) => {
    const reason = await ready()
    if (reason !== undefined) throw new Problem('not-ready', reason)
    response.set('Cache-Control', 'no-store').json({ service, status: 'ready' })
  })
  router.get('/metrics', async (_request, response) => {
    response.type('text/plain; version=0.0.4').send(await metrics())
  })
  return router
}

/** Why a service can't work yet; undefined when it can. @throws {Problem} */
export type Ready = () => string | undefined | Promise<string | undefined>

type HealthOptions = {
  readonly service: string
  readonly ready: Ready
  readonly metrics: () => Promise<string>
}
