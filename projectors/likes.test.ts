import { test } from '@jest/globals'
import { likes } from './likes.projection.ts'
import { eventOf } from './testing/example-events.ts'
import { specificationOf } from './testing/specification.ts'

const { given } = specificationOf(likes)
const liked = (trackId: string, occurredAt: number) => eventOf('TrackLiked', { trackId }, { occurredAt })
const unliked = (trackId: string) => eventOf('TrackUnliked', { trackId })

test('the newest like comes first', () =>
  given([liked('a', 1), liked('b', 2)])
    .when([liked('c', 3), unliked('b')], { times: 2 })
    .then({
      userId: 'ann',
      items: [
        { trackId: 'c', likedAt: 3 },
        { trackId: 'a', likedAt: 1 },
      ],
    }))

test('a track that is liked again moves to the front, and stands there once', () =>
  given([liked('a', 1), liked('b', 2)])
    .when([liked('a', 3)])
    .then({
      userId: 'ann',
      items: [
        { trackId: 'a', likedAt: 3 },
        { trackId: 'b', likedAt: 2 },
      ],
    }))
