import type { ProjectionQuery } from '@reprise/core/projection-query.ts'
import type { AnyQuery } from '../query.ts'
import type { Sources } from '../sources.ts'
import { countQuery } from './count-query.ts'
import { type DerivedRoute, derivedRouteOf } from './derived-route.ts'
import { pageListQuery, rowListQuery } from './list-queries.ts'
import { manyQuery, resourceQueries } from './resource-queries.ts'
import type { Served } from './served.ts'

/** The declarations of all projections. */
export type Declarations = readonly Served[]

/** The routes that declarations name. @throws when one can't be served as declared. */
export const derivedQueries = (declarations: Declarations, sources: Sources): readonly AnyQuery[] =>
  declarations.flatMap((declaration) => {
    try {
      return routesOf(declaration, sources).flatMap(queriesOf)
    } catch (cause) {
      throw new Error(`projection ${declaration.name}: ${(cause as Error).message}`, { cause })
    }
  })

const routesOf = (projection: Served, sources: Sources): readonly DerivedRoute[] =>
  [projection.query ?? []].flat().map((query: ProjectionQuery) => derivedRouteOf(projection, query, sources))

/** What a route answers follows from the columns of the key that its path leaves open. */
const queriesOf = (route: DerivedRoute): readonly AnyQuery[] => {
  const { projection, query, keys } = route
  const { store } = projection
  const open = keys.open.join()
  if (route.judgesRows && (store.kind === 'pages' || store.kind === 'count'))
    throw new Error(
      `it can't be served at ${query.path}: who may read it depends on what neither the path nor the ` +
        'caller says, and a list or a count is shown as a whole. Name that in the path, or keep rows (cassandraTable)',
    )
  if (query.ids !== undefined && open === query.ids) return [manyQuery(route, query.path, query.ids)]
  if (store.kind === 'pages' && open === '') return [pageListQuery(route, store)]
  if (open === '') return resourceQueries(route)
  if (store.kind === 'row' && open === store.clustering.join()) return [rowListQuery(route, store)]
  if (store.kind === 'count' && open === store.clustering) return [countQuery(route, store)]
  throw new Error(
    `it can't be served at ${query.path}: it says nothing of ${keys.open.join(', ')}, which the key needs`,
  )
}
