import { expect, test } from '@jest/globals'
import { boolean, columns, int, json, text } from './columns.ts'
import { cassandraPages, cassandraTable, partialCount, projection, quarantineKey } from './projection.ts'
import { get, toEveryone, toOwner, toReadersOfPlaylist } from './projection-query.ts'

const declared = {
  name: 'likes',
  version: 1,
  from: 'library-events',
  row: columns({ userId: text(), likes: int(), note: text().optional() }),
  store: cassandraTable({ partitionKey: ['userId'] }),
  key: ({ meta }: { readonly meta: { readonly streamId: string } }) => ({ userId: meta.streamId }),
  onFailure: quarantineKey({ attempts: 3 }),
} as const
const row = { userId: 'ann', likes: 1, note: null }
const counted = {
  ...declared,
  from: 'playback-events',
  row: columns({ plays: int() }),
  store: partialCount({ partitionKey: 'trackId', clustering: 'day' }),
} as const

// Held by the type checker: every line below its comment must be an error, and is one.
export const refusedByTheCompiler = () => [
  // What is right compiles.
  projection({
    ...declared,
    on: {
      TrackLiked: (before, { data }) => ({ ...row, likes: (before?.likes ?? 0) + 1, note: data.trackId }),
      TrackUnliked: () => null,
    },
    query: [
      get('/v1/users/:userId/like-count', { visible: toEveryone, stream: 'userId', hidden: ['note'] }),
      get('/v1/me/like-count', { visible: toOwner('userId') }),
    ],
  }),
  projection({
    ...declared,
    // A handler is told which key it is called for.
    on: { TrackLiked: (_before, _event, key) => ({ ...row, userId: String(key.userId) }) },
  }),
  projection({
    ...declared,
    on: {
      // @ts-expect-error library-events has no such event
      TrackPlayed: () => row,
    },
  }),
  projection({
    ...declared,
    on: {
      // @ts-expect-error a misspelt event
      TrackLikd: () => row,
    },
  }),
  projection({
    ...declared,
    // @ts-expect-error TrackLiked has no such field
    on: { TrackLiked: (_before, { data }) => ({ ...row, note: String(data.artistId) }) },
  }),
  projection({
    ...declared,
    // @ts-expect-error a column is missing
    on: { TrackLiked: () => ({ userId: 'ann', likes: 1 }) },
  }),
  projection({
    ...declared,
    // @ts-expect-error a column that is not declared
    on: { TrackLiked: () => ({ ...row, favourites: 1 }) },
  }),
  projection({
    ...declared,
    // @ts-expect-error a column of another type
    on: { TrackLiked: () => ({ ...row, likes: '1' }) },
  }),
  // @ts-expect-error the key is not a column
  projection({ ...declared, store: cassandraTable({ partitionKey: ['user'] }), on: {} }),
  projection({
    ...declared,
    // @ts-expect-error the key may be missing
    store: cassandraTable({ partitionKey: ['note'] }),
    key: () => ({ note: '' }),
    on: {},
  }),
  projection({
    ...declared,
    // @ts-expect-error so may a part of it
    store: cassandraTable({ partitionKey: ['userId'], clustering: ['note'] }),
    key: () => ({ userId: 'ann', note: '' }),
    on: {},
  }),
  projection({
    ...declared,
    row: columns({ userId: text(), notes: json<readonly string[]>({ type: 'array' }) }),
    // @ts-expect-error a list is no key
    store: cassandraTable({ partitionKey: ['userId'], clustering: ['notes'] }),
    key: () => ({ userId: 'ann', notes: '' }),
    on: {},
  }),
  projection({
    ...declared,
    row: columns({ userId: text(), isPublic: boolean() }),
    // @ts-expect-error neither is a truth
    store: cassandraTable({ partitionKey: ['userId'], clustering: ['isPublic'] }),
    key: () => ({ userId: 'ann', isPublic: 1 }),
    on: {},
  }),
  projection({
    ...declared,
    // @ts-expect-error the key function leaves out a column of the key
    key: () => ({ user: 'ann' }),
    on: {},
  }),
  projection({
    ...declared,
    on: {},
    // @ts-expect-error the path names no column
    query: get('/v1/users/:user/like-count', { visible: toEveryone }),
  }),
  projection({
    ...declared,
    on: {},
    // @ts-expect-error the owner is no column
    query: get('/v1/me/like-count', { visible: toOwner('ownerId') }),
  }),
  projection({
    ...declared,
    on: {},
    // @ts-expect-error there is no playlist whose readers are asked for
    query: get('/v1/users/:userId/like-count', { visible: toReadersOfPlaylist }),
  }),
  projection({
    ...counted,
    key: () => ({ trackId: 't', day: 'd' }),
    // @ts-expect-error a sum that is not declared
    on: { TrackPlayed: () => [{ slot: 'all', add: { plays: 1, players: 1 } }] },
  }),
  projection({
    ...declared,
    store: cassandraPages({ partitionKey: 'userId' }),
    // @ts-expect-error an item without its columns
    on: { TrackLiked: (list) => list.insert(0, { likes: 1 }) },
  }),
]

test('a route knows the columns in its path', () =>
  expect(get('/v1/users/:userId/likes/:trackId', { visible: toEveryone })).toEqual({
    path: '/v1/users/:userId/likes/:trackId',
    params: ['userId', 'trackId'],
    visible: { rule: 'everyone' },
  }))
