import { z } from 'zod'
import { partitionOf } from '@reprise/schemas/partition.ts'
import type { Caller } from '@reprise/core/caller.ts'
import type { Key } from '@reprise/core/projection.ts'
import { inBoundedParallel } from '../in-bounded-parallel.ts'
import { type AnyQuery, query, type Shown } from '../query.ts'
import { idsOf } from '../request-parts.ts'
import { without } from '../without.ts'
import type { DerivedRoute } from './derived-route.ts'
import { createResourceReader } from './resource-reader.ts'
import { keyPart } from './route-keys.ts'
import { shownRowOf } from './shown-row.ts'
import type { Subject } from './visibility.ts'

/** One row by its key; where the path ends with a parameter, also several at the path before it. */
export const resourceQueries = (route: DerivedRoute): readonly AnyQuery[] => {
  const { path, params } = route.query
  const { store } = route.projection
  const last = params.at(-1)
  // Buckets of counts are asked for by their own name, where the path ends before them.
  const isBucket = store.kind === 'count' && last === store.clustering
  return last !== undefined && !isBucket && path.endsWith(`/:${last}`)
    ? [manyQuery(route, path.slice(0, path.lastIndexOf('/')), last), oneQuery(route)]
    : [oneQuery(route)]
}

type Read = { readonly row: Subject; readonly position: number | undefined }

const createReadVisible = ({ projection, sources, rule }: DerivedRoute) => {
  const read = createResourceReader(projection, sources)
  return async (key: Key, caller: Caller | undefined): Promise<Read | undefined> => {
    const found = await read(key)
    const isVisible = found !== undefined && (await rule.allows({ ...key, ...found.value }, caller))
    return isVisible ? { row: found.value, position: found.position } : undefined
  }
}

/** The exact positions of rows where the declaration names the stream; else how far the view was before reading. */
const positionsOf = (
  { projection, query: { stream }, sources }: DerivedRoute,
  found: readonly Read[],
  before: Shown['positions'],
): Shown['positions'] => {
  if (stream === undefined || found.some(({ position }) => position === undefined)) return before
  const { from: topic } = projection
  return found.map(({ row, position = 0 }) => ({
    topic,
    partition: partitionOf(String(row[stream]), sources.partitions[topic]),
    offset: position,
  }))
}

const oneQuery = (route: DerivedRoute): AnyQuery => {
  const { keys, rule, views, noun } = route
  const { path, summary } = route.query
  const readVisible = createReadVisible(route)
  const { answer, show, versionOf } = shownRowOf(route)
  return query({
    path,
    summary: summary ?? `The ${noun}`,
    isPersonal: rule.isPersonal,
    params: keys.params,
    options: z.strictObject({}),
    answer,
    views,
    groups: ({ params, caller }) => route.groupsOf([keys.keyOf(params, caller)]),
    show: async ({ params, caller }) => {
      const key = keys.keyOf(params, caller)
      const before = route.shownFor([key])
      const found = await readVisible(key, caller)
      if (found === undefined) throw rule.refusal(key)
      return {
        body: show(found.row),
        positions: positionsOf(route, [found], before),
        version: versionOf(found.row),
      }
    },
  })
}

/** Several rows at once: all of the key but `name` is in the path, and that is asked for by `?ids=`. */
export const manyQuery = (route: DerivedRoute, path: string, name: string): AnyQuery => {
  const { projection, keys, rule, views, noun } = route
  const readVisible = createReadVisible(route)
  const { answer, show } = shownRowOf(route)
  const id = keyPart(projection.row[name]) as z.ZodType<string, string>
  return query({
    path,
    summary: `${route.query.summary ?? `The ${noun}`}, up to 100 at once`,
    description: 'In the order asked for; ids of what is not there, or not for you, are in `missing`.',
    isPersonal: rule.isPersonal,
    params: z.object(without(keys.params.shape, [name])),
    options: z.strictObject({ ids: idsOf(id) }),
    answer: z.strictObject({ items: z.array(answer), missing: z.array(z.string()) }),
    views,
    groups: ({ params, options, caller }) =>
      route.groupsOf(options.ids.map((value) => ({ ...keys.keyOf(params, caller), [name]: value }))),
    show: async ({ params, options: { ids }, caller }) => {
      const wanted = ids.map((value) => ({ ...keys.keyOf(params, caller), [name]: value }))
      const before = route.shownFor(wanted)
      const found = new Map<string, Read>()
      await inBoundedParallel(wanted, async (key) => {
        const read = await readVisible(key, caller)
        if (read) found.set(String(key[name]), read)
      })
      const items = ids.flatMap((value) => found.get(value) ?? [])
      return {
        body: {
          items: items.map(({ row }) => show(row)),
          missing: ids.filter((value) => !found.has(value)),
        },
        positions: positionsOf(route, items, before),
      }
    },
  })
}
