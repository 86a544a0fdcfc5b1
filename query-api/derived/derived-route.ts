import { partitionOf } from '@reprise/schemas/partition.ts'
import { type Key, keyColumnsOf } from '@reprise/core/projection.ts'
import { groupNameOf } from '@reprise/core/quarantine.ts'
import type { ProjectionQuery } from '@reprise/core/projection-query.ts'
import type { Position } from '@reprise/core/position.ts'
import type { View } from '../progress/watermarks.ts'
import { shownIn, shownInAll, type Sources } from '../sources.ts'
import { type RouteKeys, routeKeysOf } from './route-keys.ts'
import type { Served } from './served.ts'
import { type Rule, ruleOf, type Subject } from './visibility.ts'

/** What all routes of a projection have in common. */
export type DerivedRoute = {
  readonly projection: Served
  readonly query: ProjectionQuery
  readonly sources: Sources
  readonly keys: RouteKeys
  readonly rule: Rule
  /** Whether rows that the request's keys lead to may differ in what the rule looks at: then each is judged by itself. */
  readonly judgesRows: boolean
  readonly views: readonly View[]
  /** For people: "playlist details". */
  readonly noun: string
  /** The names of the groups that these keys, or beginnings of keys, lead to; those of the rule's views too. */
  readonly groupsOf: (keys: readonly Key[]) => readonly string[]
  /**
   * Up to where the view shows what these keys lead to: the one partition that feeds them if the declaration names the
   * stream, else every partition. Ask before reading: what is read later is at least as new.
   */
  readonly shownFor: (subjects: readonly Subject[]) => readonly Position[]
  /** The place in the log of what was read at an offset; none where the declaration doesn't say whose partition it is. */
  readonly positionsOf: (subject: Subject, offset: number) => readonly Position[]
}

/** See {@link DerivedRoute}. */
export const derivedRouteOf = (
  projection: Served,
  query: ProjectionQuery,
  sources: Sources,
): DerivedRoute => {
  const rule = ruleOf(projection, query, sources)
  const keys = routeKeysOf(projection, query)
  const { stream, visible, params } = query
  const topic = projection.from
  const count = sources.partitions[topic]
  const partitionFor = (subject: Subject): number | undefined => {
    if (count === 1) return 0
    const id = stream === undefined ? undefined : subject[stream]
    return typeof id === 'string' || typeof id === 'number' ? partitionOf(String(id), count) : undefined
  }
  return {
    projection,
    query,
    sources,
    rule,
    keys,
    judgesRows:
      visible.rule !== 'everyone' && visible.column !== keys.caller && !params.includes(visible.column),
    views: [projection, ...rule.views],
    noun: projection.name.replaceAll('-', ' '),
    groupsOf: (keys) => keys.flatMap((key) => [groupOf(projection, key), ...ruleGroupsOf(key)]),
    shownFor: (subjects) => {
      const partitions = new Set(subjects.map(partitionFor))
      if (partitions.has(undefined)) return shownInAll(sources, projection)
      return [...partitions].flatMap((partition = 0) => shownIn(sources, projection, partition))
    },
    positionsOf: (subject, offset) => {
      const partition = partitionFor(subject)
      return partition === undefined ? [] : [{ topic, partition, offset }]
    },
  }
}

const groupOf = ({ store }: Served, key: Key): string =>
  groupNameOf(keyColumnsOf(store).flatMap((column) => key[column] ?? []))

/** Whoever may read a playlist's view is asked of the playlist. */
const ruleGroupsOf = ({ playlistId }: Key): readonly string[] =>
  playlistId === undefined ? [] : [groupNameOf([playlistId])]
