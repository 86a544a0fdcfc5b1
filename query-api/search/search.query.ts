import { z } from 'zod'
import type { Caller } from '@reprise/core/caller.ts'
import { documentLayoutOf, presentOnly } from '@reprise/core/layout/document-layout.ts'
import { playlistSearch } from '@reprise/projectors/playlist-search.projection.ts'
import { schemaOfColumns } from '../column-schema.ts'
import { cursorOf, placeIn } from '../cursor.ts'
import { query } from '../query.ts'
import { cursor, limitUpTo } from '../request-parts.ts'
import { shownInAll, type Sources } from '../sources.ts'

type Place = z.output<typeof place>

/** Playlists by words of their names and descriptions. */
export const searchQuery = (sources: Sources) => {
  const { index, fromStored } = documentLayoutOf(playlistSearch)
  return query({
    path: '/v1/search',
    summary: 'Search public playlists and your own',
    description: 'Best first. Every word of `q` must occur; in names its beginning is enough.',
    isPersonal: false,
    params: z.object({}),
    options,
    answer: z.strictObject({ total: z.int(), items: z.array(hitAnswer), next: z.string().nullable() }),
    views: [playlistSearch],
    show: async ({ options: { q, limit, cursor: token }, caller }) => {
      const list = { view: playlistSearch, list: [q, caller?.userId ?? ''] }
      const after = token === undefined ? undefined : placeIn(list, place, token)
      const positions = shownInAll(sources, playlistSearch)
      const { total, hits } = await sources.documents.search(index, bodyOf(q, caller, limit + 1, after))
      const page = hits.slice(0, limit)
      const last = page.at(-1)
      const next = hits.length > limit && last ? cursorOf(list, last.sort) : null
      const found = page.flatMap(({ document }) => {
        const row = fromStored(document).value
        return row === null ? [] : [row]
      })
      return { body: { total, items: found.map(shown), next }, positions }
    },
  })
}

const options = z.strictObject({
  q: z
    .string()
    .max(200)
    .refine((text) => text.trim() !== '', 'must not be blank')
    .transform((text) => text.trim()),
  type: z.literal('playlist', 'must be playlist: nothing else can be searched yet').default('playlist'),
  limit: limitUpTo(50, 20),
  cursor,
})

const place = z.tuple([z.number(), z.string()])

const hitAnswer = schemaOfColumns(playlistSearch.row, ['streamVersion']).extend({
  type: z.literal('playlist'),
  version: z.int(),
})

type Row = NonNullable<
  ReturnType<ReturnType<typeof documentLayoutOf<typeof playlistSearch.row>>['fromStored']>['value']
>

/** Without the score: it depends on what the index happens to remember of replaced documents, not on the log. */
const shown = (row: Row) => {
  const { streamVersion, ...facts } = row
  return { type: 'playlist', version: streamVersion, ...facts }
}

/** Ties are broken by id, so that a page begins exactly where the one before it ended. */
const bodyOf = (q: string, caller: Caller | undefined, size: number, after: Place | undefined) => ({
  query: {
    bool: {
      must: {
        multi_match: {
          query: q,
          type: 'best_fields',
          operator: 'and',
          fields: ['name.words^3', 'name', 'description^0.5'],
        },
      },
      filter: [presentOnly, visibleTo(caller)],
    },
  },
  sort: [{ _score: 'desc' }, { playlistId: 'asc' }],
  track_scores: true,
  track_total_hits: 10_000,
  size,
  ...(after && { search_after: after }),
})

const visibleTo = (caller: Caller | undefined) => ({
  bool: {
    should: [{ term: { visibility: 'public' } }, ...(caller ? [{ term: { ownerId: caller.userId } }] : [])],
    minimum_should_match: 1,
  },
})
