import { test } from '@jest/globals'
import { following } from './following.projection.ts'
import { eventOf } from './testing/example-events.ts'
import { specificationOf } from './testing/specification.ts'

const { given } = specificationOf(following)
const at = (occurredAt: number) => ({ occurredAt })

test('playlists, artists and users stand in one list, the newest first', () =>
  given([eventOf('PlaylistFollowed', { playlistId: 'one' }, at(1)), eventOf('ArtistFollowed', {}, at(2))])
    .when([eventOf('UserFollowed', { userId: 'bob' }, at(3)), eventOf('ArtistUnfollowed')], { times: 2 })
    .then({
      userId: 'ann',
      items: [
        { kind: 'user', id: 'bob', followedAt: 3 },
        { kind: 'playlist', id: 'one', followedAt: 1 },
      ],
    }))
