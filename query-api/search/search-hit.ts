import { z } from 'zod'
import type { RowOf } from '@reprise/core/columns.ts'
import { schemaOfColumns } from '../column-schema.ts'
import { playlistSearch } from '@reprise/projectors/playlist-search.projection.ts'
import type { catalogueSearch } from '@reprise/projectors/catalogue-search.projection.ts'
import type { Highlighter } from './highlight.ts'

const range = z.tuple([z.int(), z.int()])
const ranges = z
  .array(range)
  .meta({ description: 'matched stretches [start, end) of the text as it is, in UTF-16 units' })

const credited = z.strictObject({ id: z.string(), name: z.string() })
const popularity = z
  .int()
  .meta({ description: 'the greatest power of two that counted plays have reached; -1 before the first' })

const trackAnswer = z.strictObject({
  type: z.literal('track'),
  id: z.string(),
  title: z.string(),
  artists: z.array(credited),
  albumId: z.string().nullable(),
  albumName: z.string().nullable(),
  year: z.int().nullable(),
  kind: z.enum(['song', 'episode']).nullable(),
  durationMs: z.int().nullable(),
  genres: z.array(z.string()),
  popularity,
  highlight: z.strictObject({ title: ranges, artists: z.array(ranges), albumName: ranges }),
})

const artistAnswer = z.strictObject({
  type: z.literal('artist'),
  id: z.string(),
  name: z.string(),
  country: z.string().nullable(),
  popularity,
  highlight: z.strictObject({ name: ranges }),
})

const albumAnswer = z.strictObject({
  type: z.literal('album'),
  id: z.string(),
  name: z.string(),
  artists: z.array(credited),
  popularity,
  highlight: z.strictObject({ name: ranges, artists: z.array(ranges) }),
})

const hidden = ['streamVersion', 'folded'] as const

const playlistAnswer = schemaOfColumns(playlistSearch.row, hidden).extend({
  type: z.literal('playlist'),
  version: z.int(),
  highlight: z.strictObject({ name: ranges, description: ranges }),
})

/** A hit, by its type. */
export const foundAnswer = z.union([trackAnswer, artistAnswer, albumAnswer, playlistAnswer])

/** What is shown of a document. */
export const foundOf = (document: Readonly<Record<string, unknown>>, highlight: Highlighter) =>
  document['type'] === undefined
    ? playlistOf(document as unknown as PlaylistDocument, highlight)
    : entityOf(document as unknown as CatalogueDocument, highlight)

type PlaylistDocument = RowOf<typeof playlistSearch.row>
type CatalogueDocument = RowOf<typeof catalogueSearch.row>

const entityOf = (document: CatalogueDocument, highlight: Highlighter) => {
  const { type, id, title, popularity: plays, artists } = document
  const common = { type, id, popularity: plays }
  const highlighted = artists.map(({ name }) => highlight(name))
  if (type === 'artist')
    return {
      ...common,
      name: title,
      country: document.countries[0] ?? null,
      highlight: { name: highlight(title) },
    }
  if (type === 'album')
    return { ...common, name: title, artists, highlight: { name: highlight(title), artists: highlighted } }
  const { albumId, albumName, year, kind, durationMs, genres } = document
  return {
    ...{ ...common, title, artists, albumId, albumName, year, kind, durationMs, genres },
    highlight: { title: highlight(title), artists: highlighted, albumName: highlight(albumName ?? '') },
  }
}

const playlistOf = (document: PlaylistDocument, highlight: Highlighter) => {
  const { playlistId, ownerId, name, description, visibility, trackCount, changedAt } = document
  return {
    type: 'playlist',
    version: document.streamVersion,
    ...{ playlistId, ownerId, name, description, visibility, trackCount, changedAt },
    highlight: { name: highlight(name), description: highlight(description ?? '') },
  }
}
