import { plainOf } from '@reprise/schemas/personal.ts'
import { columns, instant, int, json, oneOf, text, uuid } from '@reprise/core/columns.ts'
import { existing, openSearchIndex, projection, quarantineKey } from '@reprise/core/projection.ts'
import { foldedMapping, searchSettings } from './search/analysis.ts'
import { type FoldedName, foldedNameOf } from '@reprise/core/search/folded-name.ts'

/**
 * Playlists as search finds them, by name while it is typed, and by description. A deleted one is absent. Private ones
 * are in the index too: whoever searches filters by `visibility` and `ownerId`.
 */
export const playlistSearch = projection({
  name: 'playlist-search',
  version: 3,
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
    folded: json<FoldedName>({ type: 'object' }),
  }),
  store: openSearchIndex({
    id: 'playlistId',
    settings: searchSettings,
    mappings: {
      playlistId: { type: 'keyword', index: false, doc_values: false },
      streamVersion: { type: 'integer', index: false, doc_values: false },
      ownerId: { type: 'keyword' },
      name: { type: 'keyword', index: false, doc_values: false },
      description: { type: 'keyword', index: false, doc_values: false },
      visibility: { type: 'keyword' },
      trackCount: { type: 'integer', index: false, doc_values: false },
      changedAt: { type: 'date', format: 'epoch_millis', index: false, doc_values: false },
      folded: foldedMapping,
    },
  }),
  key: ({ meta }) => ({ playlistId: meta.streamId }),
  on: {
    PlaylistCreated: (_none, { meta, data }) =>
      findable({
        playlistId: meta.streamId,
        streamVersion: meta.streamVersion ?? 1,
        ownerId: meta.actorId,
        name: plainOf(data.name, ''),
        description: plainOf(data.description, null) || null,
        visibility: data.visibility,
        trackCount: 0,
        changedAt: meta.occurredAt,
      }),
    PlaylistDetailsChanged: (row, { meta, data: { changes } }) =>
      findable({
        ...changed(existing(row), meta),
        ...(changes.name !== null && { name: plainOf(changes.name, '') }),
        ...(changes.description !== null && { description: plainOf(changes.description, null) || null }),
        ...(changes.visibility !== null && { visibility: changes.visibility }),
      }),
    PlaylistEdited: (row, { meta, data }) => {
      const next = changed(existing(row), meta)
      return { ...next, trackCount: next.trackCount + data.added - data.removed }
    },
    CollaboratorAdded: (row, { meta }) => changed(existing(row), meta),
    CollaboratorRemoved: (row, { meta }) => changed(existing(row), meta),
    PlaylistDeleted: () => null,
  },
  onFailure: quarantineKey({ attempts: 3 }),
})

const changed = <Row extends { readonly streamVersion: number; readonly changedAt: number }>(
  row: Row,
  meta: { readonly streamVersion: number | null; readonly occurredAt: number },
): Row => ({ ...row, streamVersion: meta.streamVersion ?? row.streamVersion + 1, changedAt: meta.occurredAt })

type Details = { readonly playlistId: string; readonly name: string; readonly description: string | null }

/** By its name; its description is what the name belongs to. */
const findable = <Row extends Details>(row: Row): Row & { readonly folded: FoldedName } => {
  const { playlistId, name, description } = row
  const key = `playlist/${playlistId}`
  return { ...row, folded: foldedNameOf({ key, rank: 3, name, artists: [], more: description ?? '' }) }
}
