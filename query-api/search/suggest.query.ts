import { z } from 'zod'
import type { Caller } from '@reprise/core/caller.ts'
import { query } from '../query.ts'
import { limitUpTo } from '../request-parts.ts'
import { shownInAll, type Sources } from '../sources.ts'
import { askedTextOf } from './asked-words.ts'
import { highlighterOf } from './highlight.ts'
import { filtersOf, searchBodyOf } from './search-body.ts'
import type { Step } from './search-clauses.ts'
import { searchedTypes, typedText } from './search-request.ts'
import { indexOf, searchedViews } from './searched-views.ts'

/** What somebody is probably typing. */
export const suggestQuery = (sources: Sources) =>
  query({
    path: '/v1/search/suggest',
    summary: 'Suggestions while typing',
    description: 'Names that `q` may become, each text once, in the order of a search.',
    isPersonal: false,
    params: z.object({}),
    options: z.strictObject({ q: typedText, limit: limitUpTo(10, 10) }),
    answer: z.strictObject({ items: z.array(suggestion) }),
    views: searchedViews,
    show: async ({ options: { q, limit }, caller }) => {
      const asked = askedTextOf(q)
      const positions = searchedViews.flatMap((view) => shownInAll(sources, view))
      const ask = async (step: Step) => ({
        step,
        ...(await found(sources, { asked, step, size: limit }, caller)),
      })
      const precise = await ask('precise')
      const { step, hits } = precise.hits.length === 0 ? await ask('fuzzy') : precise
      const highlight = highlighterOf(asked, step)
      const items = hits.map(({ document }) => {
        const {
          type = 'playlist',
          id = document['playlistId'],
          title = document['name'],
          artists = [],
        } = document
        return { text: title, type, id, artists, highlight: highlight(String(title)) }
      })
      return { body: { items }, positions }
    },
  })

const suggestion = z.strictObject({
  text: z.string(),
  type: z.enum(searchedTypes),
  id: z.string(),
  artists: z.array(z.strictObject({ id: z.string(), name: z.string() })),
  highlight: z.array(z.tuple([z.int(), z.int()])),
})

type Wanted = Omit<Parameters<typeof searchBodyOf>[0], 'filters'>

/** Many songs share a title: of each name, the best. */
const found = ({ documents }: Sources, wanted: Wanted, caller: Caller | undefined) => {
  const body = searchBodyOf({ ...wanted, filters: filtersOf({ type: [...searchedTypes] }, caller) })
  return documents.live.search(searchedViews.map(indexOf), {
    ...body,
    track_total_hits: false,
    collapse: { field: 'folded.exact' },
    _source: ['type', 'id', 'playlistId', 'title', 'name', 'artists'],
  })
}
