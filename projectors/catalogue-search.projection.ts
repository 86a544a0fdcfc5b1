import { entityProjection } from '@reprise/core/entity-projection.ts'
import { openSearchIndex, stop } from '@reprise/core/projection.ts'
import { searchSettings } from './search/analysis.ts'
import { searchColumns, searchDocumentOf, searchMappings } from './search/search-document.ts'

/** Tracks, artists and albums as search finds them: an artist's new name is found with all of their tracks. */
export const catalogueSearch = entityProjection({
  name: 'catalogue-search',
  version: 1,
  from: 'catalogue-changes',
  row: searchColumns,
  store: openSearchIndex({ id: 'entity', settings: searchSettings, mappings: searchMappings }),
  show: searchDocumentOf,
  onFailure: stop(),
})
