import { type Request, type RequestHandler, Router } from 'express'
import { callerIfAny, callerOf } from '@reprise/core/caller.ts'
import { parsed } from '@reprise/core/invalid-request.ts'
import { StoreUnavailable } from '@reprise/core/ports/store-failure.ts'
import { Problem } from '@reprise/core/problem.ts'
import { minPositionOf } from '../progress/min-position.ts'
import type { PositionGate } from '../progress/position-gate.ts'
import type { AnyQuery, Asked, Shown } from '../query.ts'
import { raised } from '../shown-positions.ts'
import { answer } from './answer.ts'

/** What the routes need of the world. */
export type QueryRouterOptions = {
  readonly queries: readonly AnyQuery[]
  readonly gate: PositionGate
  /** Grows whenever a store was lost. */
  readonly losses: () => number
  /** Why nothing can be answered yet. */
  readonly notReady: () => string | undefined
}

/** A route per query. */
export const queryRouter = (options: QueryRouterOptions): Router => {
  const router = Router()
  for (const query of inRouteOrder(options.queries)) router.get(query.path, handlerOf(query, options))
  return router
}

/**
 * What a path spells out goes before what it leaves open: `/v1/tracks/counts` before `/v1/tracks/:trackId`.
 * @throws when two queries would answer the same path.
 */
export const inRouteOrder = (queries: readonly AnyQuery[]): readonly AnyQuery[] => {
  const shapes = queries.map(({ path }) => path.replaceAll(/:\w+/g, ':'))
  const double = queries.find((_query, at) => shapes.indexOf(shapes[at] ?? '') !== at)
  if (double) throw new Error(`${double.path} is served twice`)
  const rankOf = ({ path }: AnyQuery) => path.replaceAll(/\/:\w+/g, '/\uffff')
  return queries.toSorted((a, b) => (rankOf(a) < rankOf(b) ? -1 : 1))
}

const handlerOf =
  (query: AnyQuery, { gate, losses, notReady }: QueryRouterOptions): RequestHandler =>
  async (request, response) => {
    const asked = askedOf(query, request, response.locals)
    const { positions, waitMs } = minPositionOf(request)
    const reason = notReady()
    if (reason !== undefined) throw new Problem('not-ready', reason)
    const deadline = Date.now() + waitMs
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      let seen = losses()
      const onLook = () => (seen = losses())
      await gate({ views: query.views, groups: query.groups?.(asked), onLook }, positions, deadline)
      const shown = await outcomeOf(query, asked)
      // The store was lost while it was read: the answer may be older than what had been reached before.
      if (seen !== losses()) continue
      if (shown instanceof Problem) throw shown
      answer(request, response, query.views, { ...shown, positions: raised(shown.positions, positions) })
      return
    }
    throw new StoreUnavailable('the store was lost again and again while it was read')
  }

const attemptsMax = 3

const askedOf = (query: AnyQuery, request: Request, locals: Record<string, unknown>): Asked<never, never> => {
  const caller = query.isPersonal ? callerOf(locals) : callerIfAny(locals)
  const options: Record<string, unknown> = { ...request.query }
  delete options['minPosition']
  return {
    caller,
    params: parsed(query.params, request.params) as never,
    options: parsed(query.options, options) as never,
  }
}

/** A problem is an answer too: that there is no such playlist may be as old as any other answer. */
const outcomeOf = async (query: AnyQuery, asked: Asked<never, never>): Promise<Shown | Problem> => {
  try {
    return await query.show(asked)
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
}
