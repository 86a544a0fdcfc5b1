import { columns, instant, text } from '@reprise/core/columns.ts'
import { cassandraTable, projection, quarantineKey } from '@reprise/core/projection.ts'
import { get, toOwner } from '@reprise/core/projection-query.ts'

/** Whether a user likes a track: a row per user and liked track, so that a page of hearts is one request. */
export const likedTracks = projection({
  name: 'liked-tracks',
  version: 2,
  from: 'library-events',
  row: columns({ userId: text(), trackId: text(), likedAt: instant() }),
  store: cassandraTable({ partitionKey: ['userId'], clustering: ['trackId'] }),
  key: ({ meta, data }) => ('trackId' in data ? { userId: meta.streamId, trackId: data.trackId } : []),
  on: {
    TrackLiked: (_before, { meta, data: { trackId } }) => ({
      userId: meta.streamId,
      trackId,
      likedAt: meta.occurredAt,
    }),
    TrackUnliked: () => null,
  },
  onFailure: quarantineKey({ attempts: 3 }),
  query: get('/v1/me/likes/contains', {
    visible: toOwner('userId'),
    stream: 'userId',
    ids: 'trackId',
    summary: 'Which of these tracks you like, and since when',
  }),
})
