import { z } from 'zod'
import type { Caller } from '@reprise/core/caller.ts'
import type { DocumentHit } from '@reprise/core/ports/document-store.port.ts'
import { catalogueSearch } from '@reprise/projectors/catalogue-search.projection.ts'
import { cursorOf, placeIn } from '../cursor.ts'
import { query } from '../query.ts'
import { shownInAll, type Sources } from '../sources.ts'
import { type AskedText, askedTextOf } from './asked-words.ts'
import { highlighterOf } from './highlight.ts'
import { filtersOf, searchBodyOf } from './search-body.ts'
import { type Step, tiers } from './search-clauses.ts'
import { foundAnswer, foundOf } from './search-hit.ts'
import { searchOptions, type SearchOptions } from './search-request.ts'
import { indexOf, searchedViews } from './searched-views.ts'

/** Tracks, artists, albums and playlists by what people type. */
export const searchQuery = (sources: Sources) =>
  query({
    path: '/v1/search',
    summary: 'Search the catalogue, public playlists and your own',
    description:
      'One ranked list over all types, or those of `type`: names that are exactly `q` first, then names that begin so, ' +
      'then those that have every word of it in any order, in the name, the artists or the album; the last word may be ' +
      'unfinished. Where little is found that way, slips of the finger are forgiven. More popular ones come first among ' +
      'equals. Case, accents and punctuation make no difference. A filter leaves out what lacks the fact it asks for.',
    isPersonal: false,
    params: z.object({}),
    options: searchOptions,
    answer: z.strictObject({ total: z.int(), items: z.array(foundAnswer), next: z.string().nullable() }),
    views: searchedViews,
    show: async ({ options, caller }) => {
      const list = listOf(options, caller)
      const after = options.cursor === undefined ? undefined : placeIn(list, place, options.cursor)
      const positions = searchedViews.flatMap((view) => shownInAll(sources, view))
      const asked = askedTextOf(options.q)
      const found = await foundBy(sources, { asked, options, caller, after })
      const page = found.hits.slice(0, options.limit)
      const highlight = highlighterOf(asked, found.step)
      const shown = (after?.shown ?? 0) + page.length
      const sort = page.at(-1)?.sort
      const isEnd = found.hits.length <= options.limit || shown >= depthMax || sort === undefined
      const next = isEnd ? null : cursorOf(list, { step: found.step, shown, sort })
      const items = page.map(({ document }) => foundOf(document, highlight))
      return { body: { total: found.total, items, next }, positions }
    },
  })

/** Whoever wants more hits than this wants another query. */
const depthMax = 5_000

/** The values that hits are sorted by (search-body.ts), in the ranges of their fields: the index refuses others. */
const place = z.object({
  step: z.enum(['precise', 'fuzzy']),
  shown: z.int().min(1).max(depthMax),
  sort: z.tuple([
    z.number().min(0).max(3e38),
    z.int().min(-128).max(127),
    z.int().min(-32_768).max(32_767),
    z.string(),
  ]),
})

/** Two cursors are of one list if the same was asked of the same versions by the same caller. */
const listOf = ({ cursor, limit, ...asked }: SearchOptions, caller: Caller | undefined) => ({
  view: catalogueSearch,
  list: [searchedViews.map(({ version }) => version).join(), JSON.stringify(asked), caller?.userId ?? ''],
})

type Search = {
  readonly asked: AskedText
  readonly options: SearchOptions
  readonly caller: Caller | undefined
  readonly after: z.output<typeof place> | undefined
}

/** A list is searched in the same step on all its pages. */
const foundBy = async (sources: Sources, search: Search) => {
  const first = await stepOf(sources, search, search.after?.step ?? 'precise')
  return search.after === undefined && isLittle(first) ? stepOf(sources, search, 'fuzzy') : first
}

const stepOf = async ({ documents }: Sources, search: Search, step: Step) => {
  const { asked, options, caller, after } = search
  const body = searchBodyOf({ asked, filters: filtersOf(options, caller), step, size: options.limit + 1 })
  const found = await documents.live.search(viewsOf(options).map(indexOf), {
    ...body,
    ...(after && { search_after: after.sort }),
  })
  return { ...found, step }
}

/** Playlists have none of the facts that filters ask for. */
const viewsOf = ({ type, country, genre, year, kind }: SearchOptions) => {
  const isFiltered = [country, genre, year, kind].some((filter) => filter !== undefined)
  const isAmongPlaylists = type.includes('playlist') && !isFiltered
  const isElsewhere = !isAmongPlaylists || type.some((each) => each !== 'playlist')
  return searchedViews.filter((view) => (view === catalogueSearch ? isElsewhere : isAmongPlaylists))
}

const littleMax = 10

/** So few hits, and none of them by its name, that the words may have been meant otherwise. */
const isLittle = ({ total, hits }: { readonly total: number; readonly hits: readonly DocumentHit[] }) =>
  total === 0 || (total < littleMax && Number(hits[0]?.sort[0]) < tiers.base)
