import { z } from 'zod'
import { createListReader } from '@reprise/core/readers/list-reader.ts'
import { createRowReader } from '@reprise/core/readers/row-reader.ts'
import type { Key, PageStorage, RowStorage } from '@reprise/core/projection.ts'
import type { Caller } from '@reprise/core/caller.ts'
import { cellSchemaOf } from '../column-schema.ts'
import { cursorOf, placeIn } from '../cursor.ts'
import { inBoundedParallel } from '../in-bounded-parallel.ts'
import { type AnyQuery, query } from '../query.ts'
import { cursor, limitUpTo } from '../request-parts.ts'
import { shownBy } from '../shown-positions.ts'
import type { DerivedRoute } from './derived-route.ts'
import { shownRowOf } from './shown-row.ts'
import type { Subject } from './visibility.ts'

const limit = limitUpTo(500, 50)

/** The rows of a partition in the table's order, page by page. */
export const rowListQuery = (route: DerivedRoute, store: RowStorage<string>): AnyQuery => {
  const { projection, keys, rule, judgesRows, views, sources, noun } = route
  const visible = createVisibleRows(route)
  const reader = createRowReader(sources.rows, { ...projection, store })
  const { answer, show } = shownRowOf(route)
  const [first, ...others] = store.clustering.map((name) => cellSchemaOf(projection.row[name]))
  const place = z.tuple([first ?? z.never(), ...others])
  return query({
    path: route.query.path,
    summary: route.query.summary ?? `The ${noun}, page by page`,
    description:
      'A page may be shorter than `limit`, or empty, and still name a `next`: rows that are no more may lie between ' +
      'others. The list ends where `next` is null.' +
      (judgesRows ? ' Rows that are not for you are left out.' : ''),
    isPersonal: rule.isPersonal,
    params: keys.params,
    options: z.strictObject({ limit, cursor }),
    answer: z.strictObject({ items: z.array(answer), next: z.string().nullable() }),
    views,
    // Nobody knows beforehand which playlists the rows are of.
    groups: ({ params, caller }) => (judgesRows ? undefined : route.groupsOf([keys.keyOf(params, caller)])),
    show: async ({ params, options, caller }) => {
      const key = keys.keyOf(params, caller)
      const list = { view: projection, list: Object.values(key).map(String) }
      const after = options.cursor === undefined ? undefined : placeIn(list, place, options.cursor)
      const before = route.shownFor([key])
      const page = await reader.page(key, { limit: options.limit, ...(after && { after }) })
      const rows = await visible(key, page.rows, caller)
      if (rows === undefined) throw rule.refusal(key)
      return {
        body: {
          items: rows.map(show),
          next: page.next ? cursorOf(list, page.next) : null,
        },
        positions: shownBy(before, route.positionsOf(key, page.position)),
      }
    },
  })
}

/** Those of the rows that the caller may see; undefined where none of the list is for them. Ask after reading. */
const createVisibleRows = ({ rule, judgesRows }: DerivedRoute) => {
  return async (key: Key, rows: readonly { readonly value: Subject }[], caller: Caller | undefined) => {
    const values = rows.map(({ value }) => value)
    if (!judgesRows) return (await rule.allows(key, caller)) ? values : undefined
    const seen = new Set<Subject>()
    await inBoundedParallel(values, async (value) => {
      if (await rule.allows({ ...key, ...value }, caller)) seen.add(value)
    })
    return values.filter((value) => seen.has(value))
  }
}

/** A list, page by page; every page says whether the list has changed since the first one. */
export const pageListQuery = (route: DerivedRoute, store: PageStorage): AnyQuery => {
  const { projection, keys, rule, views, sources, noun } = route
  const read = createListReader(sources.rows, { ...projection, store })
  const { answer, show } = shownRowOf(route)
  const place = z.object({ from: z.int().min(0), position: z.int() })
  return query({
    path: route.query.path,
    summary: route.query.summary ?? `The ${noun} in order, page by page`,
    description:
      'When the list changes between two pages, the later one shows the newest list and says so in `changed`: begin ' +
      'again for one list of one moment.',
    isPersonal: rule.isPersonal,
    params: keys.params,
    options: z.strictObject({ limit, cursor }),
    answer: z.strictObject({
      total: z.int(),
      items: z.array(answer),
      changed: z.boolean(),
      next: z.string().nullable(),
    }),
    views,
    groups: ({ params, caller }) => route.groupsOf([keys.keyOf(params, caller)]),
    show: async ({ params, options, caller }) => {
      const key = keys.keyOf(params, caller)
      const owner = String(key[store.partitionKey])
      const list = { view: projection, list: [owner] }
      const begun = options.cursor === undefined ? undefined : placeIn(list, place, options.cursor)
      const before = route.shownFor([key])
      const from = begun?.from ?? 0
      const slice = await read(owner, { from, count: options.limit })
      if (!(await rule.allows(key, caller))) throw rule.refusal(key)
      const [total, position] = [slice?.length ?? 0, slice?.position ?? -1]
      const next = from + options.limit
      return {
        body: {
          total,
          items: (slice?.items ?? []).map(show),
          changed: begun !== undefined && begun.position !== position,
          next: next < total ? cursorOf(list, { from: next, position: begun?.position ?? position }) : null,
        },
        positions: shownBy(before, route.positionsOf(key, position)),
      }
    },
  })
}
