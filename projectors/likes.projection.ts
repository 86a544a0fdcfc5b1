import { columns, instant, text } from '@reprise/core/columns.ts'
import { cassandraPages, projection, quarantineKey } from '@reprise/core/projection.ts'
import { get, toOwner } from '@reprise/core/projection-query.ts'

/** The tracks that a user likes, the one liked last first. Liking again moves a track to the front. */
export const likes = projection({
  name: 'likes',
  version: 1,
  from: 'library-events',
  row: columns({ trackId: text(), likedAt: instant() }),
  store: cassandraPages({ partitionKey: 'userId' }),
  key: ({ meta }) => ({ userId: meta.streamId }),
  on: {
    TrackLiked: (list, { meta, data: { trackId } }) => {
      const at = list.indexOf((item) => item.trackId === trackId)
      if (at >= 0) list.remove(at)
      list.insert(0, { trackId, likedAt: meta.occurredAt })
    },
    TrackUnliked: (list, { data: { trackId } }) => {
      const at = list.indexOf((item) => item.trackId === trackId)
      if (at >= 0) list.remove(at)
    },
  },
  onFailure: quarantineKey({ attempts: 3 }),
  query: get('/v1/me/likes', {
    visible: toOwner('userId'),
    stream: 'userId',
    summary: 'The tracks that you like, newest first',
  }),
})
