import type { Entity } from '@reprise/core/catalogue/entity.ts'
import type { EventTypes } from '@reprise/schemas/generated/events.ts'
import { columns, int, oneOf, text, uuid } from '@reprise/core/columns.ts'
import { entityProjection } from '@reprise/core/entity-projection.ts'
import { get, toEveryone, toOwner, toReadersOfPlaylist } from '@reprise/core/projection-query.ts'
import {
  cassandraTable,
  openSearchIndex,
  partialCount,
  projection,
  quarantineKey,
  stop,
} from '@reprise/core/projection.ts'

/** Rows of a partition, in descending order of two columns. */
export const edits = projection({
  name: 'edits',
  version: 1,
  from: 'playlist-events',
  row: columns({ playlistId: uuid(), at: int(), nth: int(), note: text().optional() }),
  store: cassandraTable({ partitionKey: ['playlistId'], clustering: ['at', 'nth'], descending: true }),
  key: ({ meta, offset }) => ({ playlistId: meta.streamId, at: Math.floor(offset / 10), nth: offset }),
  on: {
    PlaylistEdited: (_none, { meta, offset }) =>
      offset % 7 === 3
        ? null
        : { playlistId: meta.streamId, at: Math.floor(offset / 10), nth: offset, note: null },
  },
  onFailure: quarantineKey({ attempts: 3 }),
  query: get('/v1/playlists/:playlistId/edits', {
    visible: toReadersOfPlaylist,
    stream: 'playlistId',
    hidden: ['note'],
  }),
})

const tracksIn = ({ steps }: EventTypes['PlaylistEdited']) => [
  ...new Set(steps.flatMap(({ added }) => added?.trackId ?? [])),
]

/** Rows of a partition that are of several playlists, and of several users. */
export const containing = projection({
  name: 'containing',
  version: 1,
  from: 'playlist-events',
  row: columns({ trackId: text(), playlistId: uuid(), addedBy: text() }),
  store: cassandraTable({ partitionKey: ['trackId'], clustering: ['playlistId'] }),
  key: ({ meta, data }) =>
    'steps' in data ? tracksIn(data).map((trackId) => ({ trackId, playlistId: meta.streamId })) : [],
  on: {
    PlaylistEdited: (row, { meta }, { trackId }) =>
      row ?? { trackId: String(trackId), playlistId: meta.streamId, addedBy: meta.actorId },
  },
  onFailure: quarantineKey({ attempts: 3 }),
  query: [
    get('/v1/tracks/:trackId/playlists', { visible: toReadersOfPlaylist, hidden: ['addedBy'] }),
    get('/v1/me/tracks/:trackId/playlists', { visible: toOwner('addedBy') }),
  ],
})

/** Rows by a number, with markers of absence between them. */
export const hearts = projection({
  name: 'hearts',
  version: 1,
  from: 'library-events',
  row: columns({ userId: text(), nth: int() }),
  store: cassandraTable({ partitionKey: ['userId'], clustering: ['nth'] }),
  key: ({ meta, data }) =>
    'trackId' in data ? { userId: meta.streamId, nth: Number(data.trackId.replace(/^\D+/, '')) } : [],
  on: {
    TrackLiked: (_before, { meta }, { nth }) => ({ userId: meta.streamId, nth: Number(nth) }),
    TrackUnliked: () => null,
  },
  onFailure: quarantineKey({ attempts: 3 }),
  query: [
    get('/v1/me/hearts', { visible: toOwner('userId'), stream: 'userId' }),
    get('/v1/me/hearts/at/:nth', { visible: toOwner('userId'), stream: 'userId' }),
  ],
})

/** Counts in slots, with two routes. */
export const days = projection({
  name: 'days',
  version: 1,
  from: 'playback-events',
  row: columns({ plays: int() }),
  store: partialCount({ partitionKey: 'trackId', clustering: 'day' }),
  key: ({ data }) => ({ trackId: data.trackId, day: data.reasonStart ?? 'none' }),
  on: { TrackPlayed: ({ data }) => [{ slot: data.country ?? '--', add: { plays: 1 } }] },
  onFailure: quarantineKey({ attempts: 3 }),
  query: [
    get('/v1/tracks/:trackId/days', { visible: toEveryone }),
    get('/v1/tracks/:trackId/days/:day', { visible: toEveryone }),
  ],
})

/** Documents that their owner alone sees. */
export const heads = projection({
  name: 'heads',
  version: 1,
  from: 'playlist-events',
  row: columns({ playlistId: uuid(), ownerId: text(), visibility: oneOf('public', 'private') }),
  store: openSearchIndex({
    id: 'playlistId',
    mappings: {
      playlistId: { type: 'keyword' },
      ownerId: { type: 'keyword' },
      visibility: { type: 'keyword' },
    },
  }),
  key: ({ meta }) => ({ playlistId: meta.streamId }),
  on: {
    PlaylistCreated: (_none, { meta, data: { visibility } }) => ({
      playlistId: meta.streamId,
      ownerId: meta.actorId,
      visibility,
    }),
  },
  onFailure: quarantineKey({ attempts: 3 }),
  query: get('/v1/heads/:playlistId', { visible: toOwner('ownerId') }),
})

const named = {
  version: 1,
  from: 'catalogue-changes',
  row: columns({ entity: text(), name: text(), own: text() }),
  show: ({ kind, id, facts }: Entity) =>
    facts && { entity: `${kind}/${id}`, name: 'name' in facts ? facts.name : facts.title, own: id },
  onFailure: stop(),
} as const

/** Entities of the catalogue in rows. */
export const names = entityProjection({
  ...named,
  name: 'names',
  store: cassandraTable({ partitionKey: ['entity'] }),
  query: get('/v1/names/:entity', { visible: toEveryone, stream: 'entity', hidden: ['own'] }),
})

/** Entities of the catalogue in documents. */
export const foundNames = entityProjection({
  ...named,
  name: 'found-names',
  store: openSearchIndex({
    id: 'entity',
    mappings: { entity: { type: 'keyword' }, name: { type: 'text' }, own: { type: 'keyword' } },
  }),
  query: get('/v1/found-names/:entity', { visible: toOwner('own') }),
})
