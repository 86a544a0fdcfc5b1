import { test } from '@jest/globals'
import { likedTracks } from './liked-tracks.projection.ts'
import { eventOf } from './testing/example-events.ts'
import { specificationOf } from './testing/specification.ts'

const { given } = specificationOf(likedTracks)
const liked = eventOf('TrackLiked', { trackId: 'song' }, { occurredAt: 1_000 })

test('a liked track has a row', () =>
  given([]).when([liked], { times: 2 }).then({ userId: 'ann', trackId: 'song', likedAt: 1_000 }))

test('a like that was taken back has none', () =>
  given([liked])
    .when([eventOf('TrackUnliked', { trackId: 'song' })], { times: 2 })
    .then(null))

test('everyone has likes of their own', () =>
  given([liked, eventOf('TrackLiked', { trackId: 'song' }, { streamId: 'bob', occurredAt: 2_000 })])
    .when([eventOf('TrackUnliked', { trackId: 'song' })])
    .then({ userId: 'bob', trackId: 'song', likedAt: 2_000 }))

test('follows are no likes', () =>
  given([])
    .when([eventOf('ArtistFollowed')])
    .then(null))
