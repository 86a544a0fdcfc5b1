import { z } from 'zod'
import type { Caller } from '@reprise/core/caller.ts'
import type { Key } from '@reprise/core/projection.ts'
import { inBoundedParallel } from '../in-bounded-parallel.ts'
import { type AnyQuery, query } from '../query.ts'
import { idsOf } from '../request-parts.ts'
import { shownBy } from '../shown-positions.ts'
import { without } from '../without.ts'
import type { DerivedRoute } from './derived-route.ts'
import { createResourceReader, type Found } from './resource-reader.ts'
import { keyPart } from './route-keys.ts'
import { shownRowOf } from './shown-row.ts'

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

/** What a key leads to, null also where the caller may not see it. */
const createReadVisible = (route: DerivedRoute) => {
  const read = createResourceReader(route)
  return async (key: Key, caller: Caller | undefined): Promise<Found> => {
    const found = await read(key)
    const isVisible = found.value !== null && (await route.rule.allows({ ...key, ...found.value }, caller))
    return isVisible ? found : { ...found, value: null }
  }
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
      const { value, positions } = await readVisible(key, caller)
      if (value === null) throw rule.refusal(key)
      return { body: show(value), positions: shownBy(before, positions), version: versionOf(value) }
    },
  })
}

/** Several rows at once: all of the key but `name` is in the path, and that is asked for by `?ids=`. */
export const manyQuery = (route: DerivedRoute, path: string, name: string): AnyQuery => {
  const { projection, keys, rule, views, noun } = route
  const readVisible = createReadVisible(route)
  const { answer, show } = shownRowOf(route)
  return query({
    path,
    summary: `${route.query.summary ?? `The ${noun}`}, up to 100 at once`,
    description: 'In the order asked for; ids of what is not there, or not for you, are in `missing`.',
    isPersonal: rule.isPersonal,
    params: z.object(without(keys.params.shape, [name])),
    options: z.strictObject({ ids: idsOf(keyPart(projection.row[name])) }),
    answer: z.strictObject({ items: z.array(answer), missing: z.array(z.string()) }),
    views,
    groups: ({ params, options, caller }) =>
      route.groupsOf(options.ids.map((value) => ({ ...keys.keyOf(params, caller), [name]: value }))),
    show: async ({ params, options: { ids }, caller }) => {
      const wanted = ids.map((value) => ({ ...keys.keyOf(params, caller), [name]: value }))
      const before = route.shownFor(wanted)
      const found = new Map<string | number, Found>()
      const shownOf = (one: Found | undefined) => (one?.value ? [show(one.value)] : [])
      await inBoundedParallel(wanted, async (key) => {
        found.set(key[name] ?? '', await readVisible(key, caller))
      })
      return {
        body: {
          items: ids.flatMap((id) => shownOf(found.get(id))),
          missing: ids.filter((id) => !found.get(id)?.value).map(String),
        },
        positions: shownBy(
          before,
          [...found.values()].flatMap(({ positions }) => positions),
        ),
      }
    },
  })
}
