import type { DocumentStorage } from '@reprise/core/projection.ts'
import { playlistSearch } from '../playlist-search.projection.ts'

/** The search of playlists with another analysis: the same projection, and an index of its own. */
export const generationOf = (number: number) => {
  const store: DocumentStorage<'playlistId'> = playlistSearch.store
  const analyzer = { [`generation_${number}`]: { type: 'standard' } }
  const analysis = store.settings['analysis'] as { readonly analyzer?: object }
  const settings = {
    ...store.settings,
    analysis: { ...analysis, analyzer: { ...analysis.analyzer, ...analyzer } },
  }
  return { ...playlistSearch, store: { ...store, settings } }
}
