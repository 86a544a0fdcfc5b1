import { plainOf } from '@reprise/schemas/personal.ts'
import { columns, instant, int, oneOf, text, uuid } from '@reprise/core/columns.ts'
import { existing, openSearchIndex, projection } from '@reprise/core/projection.ts'

/** Words as people type them: folded to lower case without accents. `prefixes` also finds them by their beginnings. */
const analysis = {
  filter: { beginnings: { type: 'edge_ngram', min_gram: 1, max_gram: 20, preserve_original: true } },
  analyzer: {
    folded: { type: 'custom', tokenizer: 'standard', filter: ['lowercase', 'asciifolding'] },
    prefixes: { type: 'custom', tokenizer: 'standard', filter: ['lowercase', 'asciifolding', 'beginnings'] },
  },
}

/**
 * Playlists as search finds them, by name while it is typed, and by description. A deleted one is absent. Private ones
 * are in the index too: whoever searches filters by `visibility` and `ownerId`.
 */
export const playlistSearch = projection({
  name: 'playlist-search',
  version: 1,
  from: 'playlist-events',
  row: columns({
    playlistId: uuid(),
    streamVersion: int(),
    ownerId: text(),
    name: text(),
    description: text().optional(),
    visibility: oneOf('public', 'private'),
    trackCount: int(),
    changedAt: instant(),
  }),
  store: openSearchIndex({
    id: 'playlistId',
    settings: { analysis },
    mappings: {
      playlistId: { type: 'keyword' },
      streamVersion: { type: 'integer', index: false },
      ownerId: { type: 'keyword' },
      name: {
        type: 'text',
        analyzer: 'prefixes',
        search_analyzer: 'folded',
        fields: { words: { type: 'text', analyzer: 'folded' } },
      },
      description: { type: 'text', analyzer: 'folded' },
      visibility: { type: 'keyword' },
      trackCount: { type: 'integer' },
      changedAt: { type: 'date', format: 'epoch_millis' },
    },
  }),
  key: ({ meta }) => ({ playlistId: meta.streamId }),
  on: {
    PlaylistCreated: (_none, { meta, data }) => ({
      playlistId: meta.streamId,
      streamVersion: meta.streamVersion ?? 1,
      ownerId: meta.actorId,
      name: plainOf(data.name, ''),
      description: plainOf(data.description, null) || null,
      visibility: data.visibility,
      trackCount: 0,
      changedAt: meta.occurredAt,
    }),
    PlaylistDetailsChanged: (row, { meta, data: { changes } }) => ({
      ...changed(existing(row), meta),
      ...(changes.name !== null && { name: plainOf(changes.name, '') }),
      ...(changes.description !== null && { description: plainOf(changes.description, null) || null }),
      ...(changes.visibility !== null && { visibility: changes.visibility }),
    }),
    PlaylistEdited: (row, { meta, data }) => {
      const next = changed(existing(row), meta)
      return { ...next, trackCount: next.trackCount + data.added - data.removed }
    },
    PlaylistDeleted: () => null,
  },
  onFailure: 'stop',
})

const changed = <Row extends { readonly streamVersion: number; readonly changedAt: number }>(
  row: Row,
  meta: { readonly streamVersion: number | null; readonly occurredAt: number },
): Row => ({ ...row, streamVersion: meta.streamVersion ?? row.streamVersion + 1, changedAt: meta.occurredAt })
