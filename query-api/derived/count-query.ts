import { z } from 'zod'
import type { CountStorage } from '@reprise/core/projection.ts'
import { createCountReader } from '@reprise/core/readers/count-reader.ts'
import { type AnyQuery, query } from '../query.ts'
import { idsOf } from '../request-parts.ts'
import { notesOf, shownBy } from '../shown-positions.ts'
import type { DerivedRoute } from './derived-route.ts'
import { summed } from './resource-reader.ts'
import { keyPart } from './route-keys.ts'
import { shownRowOf } from './shown-row.ts'

/** Sums of several buckets, which are asked for by name: `?day=2026-11-20,2026-11-21`. */
export const countQuery = (route: DerivedRoute, store: CountStorage<string>): AnyQuery => {
  const { projection, keys, rule, views, sources, noun } = route
  const read = createCountReader(sources.rows, { ...projection, store })
  const { answer } = shownRowOf(route)
  const { partitionKey, clustering } = store
  return query({
    path: route.query.path,
    summary: route.query.summary ?? `The ${noun}`,
    description: `Each ${clustering} on its own, in the order asked for; zeros where nothing was counted.`,
    isPersonal: rule.isPersonal,
    params: keys.params,
    options: z.strictObject({ [clustering]: idsOf(keyPart(undefined)) }),
    answer: z.strictObject({ items: z.array(answer.extend({ [clustering]: z.string() })) }),
    views,
    groups: ({ params, caller }) => route.groupsOf([keys.keyOf(params, caller)]),
    show: async ({ params, options, caller }) => {
      const key = keys.keyOf(params, caller)
      const buckets = (options as Readonly<Record<string, readonly string[]>>)[clustering] ?? []
      const before = route.shownFor([key])
      const { positions, note } = notesOf(projection.from)
      const counts = await read(String(key[partitionKey]), buckets, note)
      if (!(await rule.allows(key, caller))) throw rule.refusal(key)
      const items = buckets.map((bucket) => ({
        ...params,
        [clustering]: bucket,
        ...summed(projection.row, counts.get(bucket)),
      }))
      return { body: { items }, positions: shownBy(before, positions) }
    },
  })
}
