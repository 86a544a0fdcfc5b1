import { catalogueQueries } from './catalogue/catalogue.query.ts'
import { playlistDetailsQueries } from './playlists/playlist-details.query.ts'
import { playlistTracksQuery } from './playlists/playlist-tracks.query.ts'
import { playsQuery } from './plays/plays.query.ts'
import { trackCountsQueries } from './plays/track-counts.query.ts'
import type { AnyQuery } from './query.ts'
import { searchQuery } from './search/search.query.ts'
import { suggestQuery } from './search/suggest.query.ts'
import type { Sources } from './sources.ts'

/** Every query, in the order of the reference. A new one is a file and a word here. */
export const queriesOf = (sources: Sources): readonly AnyQuery[] => [
  ...playlistDetailsQueries(sources),
  playlistTracksQuery(sources),
  playsQuery(sources),
  ...trackCountsQueries(sources),
  ...catalogueQueries(sources),
  searchQuery(sources),
  suggestQuery(sources),
]
