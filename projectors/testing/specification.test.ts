import { expect, test } from '@jest/globals'
import { columns, int, json, oneOf, text } from '@reprise/core/columns.ts'
import { cassandraPages, cassandraTable, projection, quarantineKey, stop } from '@reprise/core/projection.ts'
import { eventOf } from './example-events.ts'
import { specificationOf } from './specification.ts'

const common = { version: 1, from: 'library-events', onFailure: quarantineKey({ attempts: 3 }) } as const
const ofUser = {
  ...common,
  store: cassandraTable({ partitionKey: ['userId'] }),
  key: ({ meta }: { readonly meta: { readonly streamId: string } }) => ({ userId: meta.streamId }),
}
const liked = [eventOf('TrackLiked', { trackId: 'a' }), eventOf('TrackLiked', { trackId: 'b' })]

test('a handler may not change the row that it is given', async () => {
  const lists = projection({
    ...ofUser,
    name: 'lists',
    row: columns({ userId: text(), tracks: json<string[]>({ type: 'array' }) }),
    on: {
      TrackLiked: (row, { meta, data }) => {
        const tracks = row?.tracks ?? []
        tracks.push(data.trackId)
        return { userId: meta.streamId, tracks }
      },
    },
  })
  await expect(specificationOf(lists).given([]).when(liked).then(null)).rejects.toThrow(
    /event-2 .*object is not extensible/,
  )
})

test('nor an item of a list, or the event', async () => {
  type Item = { trackId: string; kind: 'new' | 'old' }
  const items = projection({
    ...common,
    name: 'items',
    row: columns({ trackId: text(), kind: oneOf('new', 'old') }),
    store: cassandraPages({ partitionKey: 'userId' }),
    key: ofUser.key,
    on: {
      TrackLiked: (list, { data }) => {
        if (list.length > 0) list.insert(0, Object.assign(list.remove(0) as Item, { kind: 'old' }))
        list.insert(list.length, { trackId: data.trackId, kind: 'new' })
      },
      TrackUnliked: (_list, { data }) => void Object.assign(data, { trackId: 'c' }),
    },
  })
  const { given } = specificationOf(items)
  await expect(given([]).when(liked).then(null)).rejects.toThrow(/event-2 .*read only property 'kind'/)
  await expect(
    given([])
      .when([eventOf('TrackUnliked')])
      .then(null),
  ).rejects.toThrow(/event-1 .*read only property 'trackId'/)
})

test('a key that events of several partitions have is refused with the remedy', async () => {
  const perTrack = projection({
    ...common,
    name: 'per-track',
    row: columns({ trackId: text(), likes: int() }),
    store: cassandraTable({ partitionKey: ['trackId'] }),
    key: ({ data }) => ('trackId' in data ? { trackId: data.trackId } : []),
    on: { TrackLiked: (row, { data }) => ({ trackId: data.trackId, likes: (row?.likes ?? 0) + 1 }) },
  })
  const users = ['ann', 'bob', 'eve', 'joe', 'mia']
  await expect(
    specificationOf(perTrack)
      .given(users.map((streamId) => eventOf('TrackLiked', {}, { streamId })))
      .when([])
      .then(null),
  ).rejects.toThrow(/per-track: .* trackId \["track-1"\] stand in partitions .*add up with partialCount/)
})

test('what a handler throws comes with where it was thrown', async () => {
  const broken = projection({
    ...ofUser,
    name: 'broken',
    onFailure: stop(),
    row: columns({ userId: text() }),
    on: {
      TrackLiked: function handlerOfTheTest() {
        throw new TypeError('it is broken')
      },
    },
  })
  const failed: unknown = await specificationOf(broken)
    .given([])
    .when(liked)
    .then(null)
    .catch((error: unknown) => error)
  const { cause } = (failed as { readonly cause: { readonly cause: Error } }).cause
  expect(cause.stack).toMatch(/it is broken[^]*handlerOfTheTest/)
})

test('an event of another topic is a mistake in the specification', async () => {
  const likes = projection({
    ...ofUser,
    name: 'like-counts',
    row: columns({ userId: text(), likes: int() }),
    on: { TrackLiked: (row, { meta }) => ({ userId: meta.streamId, likes: (row?.likes ?? 0) + 1 }) },
  })
  await expect(
    specificationOf(likes)
      .given([])
      .when([eventOf('TrackPlayed')])
      .then(null),
  ).rejects.toThrow('like-counts reads library-events, where TrackPlayed never happens')
})
