import { storedName } from '@reprise/core/projection.ts'
import { catalogueSearch } from '@reprise/projectors/catalogue-search.projection.ts'
import { playlistSearch } from '@reprise/projectors/playlist-search.projection.ts'

/** The views that search reads: one ranked answer comes from both. */
export const searchedViews = [catalogueSearch, playlistSearch] as const

/** The index of a view, as readers name it. */
export const indexOf = (view: (typeof searchedViews)[number]) => ({ name: storedName(view) })
