import type { Request, RequestHandler, Router } from 'express'
import { Problem } from '@reprise/core/problem.ts'

/**
 * Finds the route of a request before its body is read: 404 for an unknown path, 405 with Allow for a method that
 * the path doesn't take. Leaves the route's pattern in `response.locals` for the metrics.
 */
export const knownRoute = (routers: readonly Router[]): RequestHandler => {
  const routes = routers.flatMap((router) => router.stack.flatMap(routeOf))
  return (request, response, next) => {
    const matching = routes.filter((route) => route.matches(request.path))
    const methods = methodsOf(matching)
    response.locals.route = matching[0]?.path
    if (matching.length === 0)
      throw new Problem('not-found', `there is no ${request.path.slice(0, 200)}; see /openapi.json`)
    if (request.method === 'OPTIONS') {
      response.status(204).set('Allow', methods.join(', ')).end()
      return
    }
    if (!methods.includes(request.method)) {
      response.set('Allow', methods.join(', '))
      throw new Problem('method-not-allowed', `${request.path.slice(0, 200)} takes ${methods.join(', ')}`)
    }
    response.locals.route = matching.find((route) => methodsOf([route]).includes(request.method))?.path
    next()
  }
}

type KnownRoute = {
  readonly path: string
  readonly methods: readonly string[]
  readonly matches: (path: string) => boolean
}

type Layer = Router['stack'][number] & { readonly match: (path: string) => boolean }

const routeOf = (layer: Router['stack'][number]): readonly KnownRoute[] => {
  if (!layer.route) return []
  const { path, methods } = layer.route as unknown as { path: string; methods: Record<string, boolean> }
  const matches = (requested: string) => (layer as Layer).match(requested)
  return [{ path, methods: Object.keys(methods).map((method) => method.toUpperCase()), matches }]
}

const methodsOf = (routes: readonly KnownRoute[]): readonly Request['method'][] => {
  const methods = new Set(routes.flatMap((route) => route.methods))
  if (methods.has('GET')) methods.add('HEAD')
  return [...methods, 'OPTIONS']
}
