import { partitionOf } from '@reprise/schemas/partition.ts'
import { type AnyProjection, type Key, keyColumnsOf } from '@reprise/core/projection.ts'
import type { ProjectionQuery } from '@reprise/core/projection-query.ts'
import type { Position } from '@reprise/core/position.ts'
import { groupNameOf } from '@reprise/core/quarantine.ts'
import type { View } from '../progress/watermarks.ts'
import { shownIn, shownInAll, type Sources } from '../sources.ts'
import { type RouteKeys, routeKeysOf } from './route-keys.ts'
import { type Rule, ruleOf, type Subject } from './visibility.ts'

/** What all routes of a projection have in common. */
export type DerivedRoute = {
  readonly projection: AnyProjection
  readonly query: ProjectionQuery
  readonly sources: Sources
  readonly keys: RouteKeys
  readonly rule: Rule
  readonly views: readonly View[]
  /** For people: "playlist details". */
  readonly noun: string
  /**
   * Up to where the view shows what these keys lead to: the one partition that feeds them if the declaration names the
   * stream, else every partition. Ask before reading: what is read later is at least as new.
   */
  readonly shownFor: (subjects: readonly Subject[]) => readonly Position[]
  /** The names of the groups that are read for these keys, or what their names begin with. */
  readonly groupsFor: (keys: readonly Key[]) => readonly string[]
}

/** See {@link DerivedRoute}. */
export const derivedRouteOf = (
  projection: AnyProjection,
  query: ProjectionQuery,
  sources: Sources,
): DerivedRoute => {
  const rule = ruleOf(projection, query, sources)
  const { stream } = query
  return {
    projection,
    query,
    sources,
    rule,
    keys: routeKeysOf(projection, query),
    views: [projection, ...rule.views],
    noun: projection.name.replaceAll('-', ' '),
    groupsFor: (keys) =>
      keys.map((key) => groupNameOf(keyColumnsOf(projection.store).flatMap((name) => key[name] ?? []))),
    shownFor: (subjects) => {
      if (stream === undefined || subjects.some((subject) => subject[stream] === undefined))
        return shownInAll(sources, projection)
      const count = sources.partitions[projection.from]
      const partitions = new Set(subjects.map((subject) => partitionOf(String(subject[stream]), count)))
      return [...partitions].flatMap((partition) => shownIn(sources, projection, partition))
    },
  }
}
