import { columns, instant, oneOf, text } from '@reprise/core/columns.ts'
import type { PageListDraft } from '@reprise/core/page-list.ts'
import { cassandraPages, projection, quarantineKey } from '@reprise/core/projection.ts'
import { get, toOwner } from '@reprise/core/projection-query.ts'

type Followed = { readonly kind: 'playlist' | 'artist' | 'user'; readonly id: string }

/** Whom and what a user follows, newest first. Following again moves it to the front. */
export const following = projection({
  name: 'following',
  version: 1,
  from: 'library-events',
  row: columns({ kind: oneOf('playlist', 'artist', 'user'), id: text(), followedAt: instant() }),
  store: cassandraPages({ partitionKey: 'userId' }),
  key: ({ meta }) => ({ userId: meta.streamId }),
  on: {
    PlaylistFollowed: (list, { meta, data }) => follow(list, { kind: 'playlist', id: data.playlistId }, meta),
    PlaylistUnfollowed: (list, { data }) => remove(list, { kind: 'playlist', id: data.playlistId }),
    ArtistFollowed: (list, { meta, data }) => follow(list, { kind: 'artist', id: data.artistId }, meta),
    ArtistUnfollowed: (list, { data }) => remove(list, { kind: 'artist', id: data.artistId }),
    UserFollowed: (list, { meta, data }) => follow(list, { kind: 'user', id: data.userId }, meta),
    UserUnfollowed: (list, { data }) => remove(list, { kind: 'user', id: data.userId }),
  },
  onFailure: quarantineKey({ attempts: 3 }),
  query: get('/v1/me/following', {
    visible: toOwner('userId'),
    stream: 'userId',
    summary: 'The playlists, artists and users that you follow, newest first',
  }),
})

type List = PageListDraft<Followed & { readonly followedAt: number }>

const remove = (list: List, { kind, id }: Followed): void => {
  const at = list.indexOf((item) => item.kind === kind && item.id === id)
  if (at >= 0) list.remove(at)
}

const follow = (list: List, followed: Followed, { occurredAt }: { readonly occurredAt: number }): void => {
  remove(list, followed)
  list.insert(0, { ...followed, followedAt: occurredAt })
}
