import type { DocumentStore } from '@reprise/core/ports/document-store.port.ts'
import { documentLayoutOf } from '@reprise/core/layout/document-layout.ts'
import { playlistSearch } from '@reprise/projectors/playlist-search.projection.ts'
import type { Sources } from '@reprise/query-api/sources.ts'
import { searchQuery } from '@reprise/query-api/search/search.query.ts'
import { searchOptions } from '@reprise/query-api/search/search-request.ts'
import { fillIndex } from './fill-index.ts'
import type { Entities } from './catalogue-entities.ts'

/** A hit, as far as a judge looks at it. */
export type Hit = {
  readonly type: string
  readonly id: string
  readonly name?: string
  readonly title?: string
}

/** What queries read from, where nothing but documents is read. */
export const sourcesOf = (documents: DocumentStore): Sources =>
  ({
    documents,
    watermarks: { of: () => 0 },
    partitions: { 'playlist-events': 1, 'playback-events': 1, 'library-events': 1, 'catalogue-changes': 1 },
    now: () => 0,
  }) as unknown as Sources

/** Fills both indexes that a search reads. Resolves to the number of documents. */
export const fillAll = async (documents: DocumentStore, entities: Entities): Promise<number> => {
  await documents.ensure(documentLayoutOf(playlistSearch).index)
  return fillIndex(documents, entities)
}

/** Searches as the route does, for the first ten hits. */
export const createSearch = (documents: DocumentStore) => {
  const search = searchQuery(sourcesOf(documents))
  return async (asked: Readonly<Record<string, string>>): Promise<readonly Hit[]> => {
    const options = searchOptions.parse({ limit: '10', ...asked })
    const { body } = await search.show({ params: {}, options, caller: undefined } as never)
    return body['items'] as readonly Hit[]
  }
}
