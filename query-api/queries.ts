import { catalogueQueries } from './catalogue/catalogue.query.ts'
import { derivedQueries, type Declarations } from './derived/derived-queries.ts'
import { playlistTracksQuery } from './playlists/playlist-tracks.query.ts'
import { playsQuery } from './plays/plays.query.ts'
import { trackCountsQueries } from './plays/track-counts.query.ts'
import type { AnyQuery } from './query.ts'
import { searchQuery } from './search/search.query.ts'
import { suggestQuery } from './search/suggest.query.ts'
import type { Sources } from './sources.ts'

/**
 * Every query, in the order of the reference: first those that projections declare themselves, then those that do more,
 * as joining views. A new one of the latter is a file and a word here.
 */
export const queriesOf = (declarations: Declarations, sources: Sources): readonly AnyQuery[] => [
  ...derivedQueries(declarations, sources),
  playlistTracksQuery(sources),
  playsQuery(sources),
  ...trackCountsQueries(sources),
  ...catalogueQueries(sources),
  searchQuery(sources),
  suggestQuery(sources),
]
