import { columns, int, json, oneOf, type RowOf, text } from '@reprise/core/columns.ts'
import { type Entity, entityIdOf, type Referred, type Track } from '@reprise/core/catalogue/entity.ts'
import { foldedMapping } from './analysis.ts'
import { type FoldedName, foldedNameOf } from '@reprise/core/search/folded-name.ts'

/** An artist as a hit names them. */
type CreditedArtist = { readonly id: string; readonly name: string }

const textList = { type: 'array', items: { type: 'string' } }
const creditedArtists = {
  type: 'array',
  items: {
    type: 'object',
    properties: { id: { type: 'string' }, name: { type: 'string' } },
    required: ['id', 'name'],
    additionalProperties: false,
  },
}

/** A track, an artist or an album as search finds it and shows it. */
export const searchColumns = columns({
  /** `track/ID`: the entity among all types. */
  entity: text(),
  type: oneOf('track', 'artist', 'album'),
  id: text(),
  /** An artist's or album's name. */
  title: text(),
  artists: json<readonly CreditedArtist[]>(creditedArtists),
  albumId: text().optional(),
  albumName: text().optional(),
  /** Of the artists, each once; an artist's own. */
  countries: json<readonly string[]>(textList),
  genres: json<readonly string[]>(textList),
  year: int().optional(),
  kind: oneOf('song', 'episode').optional(),
  durationMs: int().optional(),
  /** The greatest power of two that its counted plays have reached; -1 before the first. */
  popularity: int(),
  folded: json<FoldedName>({ type: 'object' }),
})

/** See {@link searchColumns}. */
export type SearchDocument = RowOf<typeof searchColumns>

/** How {@link searchColumns} lie in the index: what is only shown isn't indexed. */
export const searchMappings = {
  entity: { type: 'keyword', index: false, doc_values: false },
  type: { type: 'keyword' },
  id: { type: 'keyword', index: false, doc_values: false },
  title: { type: 'keyword', index: false, doc_values: false },
  artists: { type: 'object', enabled: false },
  albumId: { type: 'keyword', index: false, doc_values: false },
  albumName: { type: 'keyword', index: false, doc_values: false },
  countries: { type: 'keyword' },
  genres: { type: 'keyword' },
  year: { type: 'short' },
  kind: { type: 'keyword' },
  durationMs: { type: 'integer', index: false, doc_values: false },
  popularity: { type: 'byte', index: false },
  folded: foldedMapping,
} as const

/**
 * The search document of an entity, joined with what it refers to as far as that is there; null where the catalogue
 * doesn't have the entity itself. Pure.
 */
export const searchDocumentOf = (entity: Entity, referred: Referred): SearchDocument | null => {
  if (entity.facts === null) return null
  const artists = artistsOf(entity, referred)
  const shown = { ...nothingMore, ...ownFactsOf(entity, referred) }
  const { id, kind: type, popularity } = entity
  const key = entityIdOf(type, id)
  const names = artists.map(({ name }) => name)
  const folded = foldedNameOf({
    key,
    rank: ranks[type],
    name: shown.title,
    artists: names,
    more: shown.albumName ?? '',
  })
  const countries = entity.kind === 'artist' ? [entity.facts.country] : artists.map(({ country }) => country)
  return {
    ...shown,
    entity: key,
    type,
    id,
    artists: artists.map(({ id: artistId, name }) => ({ id: artistId, name })),
    countries: [...new Set(countries.filter((country) => country !== null))],
    popularity,
    folded,
  }
}

const ranks = { artist: 0, track: 1, album: 2 } as const

const nothingMore = {
  albumId: null,
  albumName: null,
  genres: [],
  year: null,
  kind: null,
  durationMs: null,
} as const

const ownFactsOf = (entity: Entity, referred: Referred) => {
  if (entity.kind === 'track') return trackFactsOf(entity, referred)
  return { title: entity.facts?.name ?? '' }
}

const trackFactsOf = ({ facts }: Track, referred: Referred) => {
  if (facts === null) return { title: '' }
  const { title, kind, albumId, genres, released, durationMs } = facts
  const albumName = albumId === null ? null : (referred.album(albumId)?.name ?? null)
  const year = released === null ? null : Number(released.slice(0, 4))
  return { title, kind, albumId, albumName, genres: [...genres], year, durationMs }
}

/** In order; one that isn't there (yet) is left out. */
const artistsOf = (entity: Entity, referred: Referred) =>
  artistIdsOf(entity).flatMap((id) => {
    const artist = referred.artist(id)
    return artist ? [{ id, name: artist.name, country: artist.country }] : []
  })

const artistIdsOf = (entity: Entity): readonly string[] => {
  if (entity.kind === 'artist') return []
  if (entity.kind === 'track') return entity.artists.map(({ artistId }) => artistId)
  return entity.facts?.artistId ? [entity.facts.artistId] : []
}
