import { plainOf } from '@reprise/schemas/personal.ts'
import { boolean, columns, instant, int, json, oneOf, text, uuid } from '@reprise/core/columns.ts'
import { cassandraTable, existing, projection, quarantineKey } from '@reprise/core/projection.ts'
import { get, toReadersOfPlaylist } from '@reprise/core/projection-query.ts'

/** The head of a playlist page: one row per playlist. */
export const playlistDetails = projection({
  name: 'playlist-details',
  version: 3,
  from: 'playlist-events',
  row: columns({
    playlistId: uuid(),
    streamVersion: int(),
    ownerId: text(),
    name: text(),
    description: text().optional(),
    visibility: oneOf('public', 'private'),
    collaborative: boolean(),
    collaborators: json<readonly string[]>({ type: 'array', items: { type: 'string' } }),
    trackCount: int(),
    createdAt: instant(),
    changedAt: instant(),
    deleted: boolean(),
  }),
  store: cassandraTable({ partitionKey: ['playlistId'] }),
  key: ({ meta }) => ({ playlistId: meta.streamId }),
  on: {
    PlaylistCreated: (_none, { meta, data }) => ({
      playlistId: meta.streamId,
      streamVersion: meta.streamVersion ?? 1,
      ownerId: meta.actorId,
      name: plainOf(data.name, ''),
      description: plainOf(data.description, null) || null,
      visibility: data.visibility,
      collaborative: data.collaborative,
      collaborators: [],
      trackCount: 0,
      createdAt: meta.occurredAt,
      changedAt: meta.occurredAt,
      deleted: false,
    }),
    PlaylistDetailsChanged: (row, { meta, data: { changes } }) => ({
      ...changed(row, meta),
      ...(changes.name !== null && { name: plainOf(changes.name, '') }),
      ...(changes.description !== null && { description: plainOf(changes.description, null) || null }),
      ...(changes.visibility !== null && { visibility: changes.visibility }),
      ...(changes.collaborative !== null && { collaborative: changes.collaborative }),
    }),
    PlaylistEdited: (row, { meta, data }) => {
      const next = changed(row, meta)
      return { ...next, trackCount: next.trackCount + data.added - data.removed }
    },
    CollaboratorAdded: (row, { meta, data }) => {
      const next = changed(row, meta)
      return { ...next, collaborators: [...next.collaborators, data.userId] }
    },
    CollaboratorRemoved: (row, { meta, data }) => {
      const next = changed(row, meta)
      return { ...next, collaborators: next.collaborators.filter((userId) => userId !== data.userId) }
    },
    PlaylistDeleted: (row, { meta }) => ({ ...changed(row, meta), collaborators: [], deleted: true }),
  },
  onFailure: quarantineKey({ attempts: 3 }),
  query: get('/v1/playlists/:playlistId', {
    visible: toReadersOfPlaylist,
    summary: 'The details of a playlist',
    stream: 'playlistId',
    version: 'streamVersion',
    hidden: ['deleted'],
  }),
})

const changed = <Row extends { readonly streamVersion: number; readonly changedAt: number }>(
  row: Row | null,
  meta: { readonly streamVersion: number | null; readonly occurredAt: number },
): Row => {
  const before = existing(row)
  return {
    ...before,
    streamVersion: meta.streamVersion ?? before.streamVersion + 1,
    changedAt: meta.occurredAt,
  }
}
