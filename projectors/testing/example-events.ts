import type { EventTypes, Meta } from '@reprise/schemas/generated/events.ts'
import type { EventType } from '@reprise/core/event.ts'
import { playOf } from './playback-history.ts'

type Data<Type extends EventType> = Omit<EventTypes[Type], 'meta'>

/** An event for tests: what happened, to which stream, and what its `meta` says beyond that. */
export type ExampleEvent = {
  [Type in EventType]: {
    readonly type: Type
    readonly data: Data<Type>
    readonly meta: Partial<Meta> & { readonly streamId: string }
  }
}[EventType]

/**
 * An event for tests: an everyday example of its type, changed where told. It happens to the stream `ann`, by the user
 * `ann`, unless told otherwise.
 */
export const eventOf = <const Type extends EventType>(
  type: Type,
  data: Partial<Data<Type>> = {},
  meta: Partial<Meta> = {},
): ExampleEvent => {
  const streamId = meta.streamId ?? 'ann'
  return {
    type,
    data: { ...examples[type], ...data },
    meta: { actorId: streamId, ...meta, streamId },
  } as ExampleEvent
}

/** An everyday example of every event type. */
export const examples: { readonly [Type in EventType]: Data<Type> } = {
  PlaylistCreated: { name: 'Road trip', description: '', visibility: 'public', collaborative: false },
  PlaylistDetailsChanged: {
    changes: { name: 'Long road trip', description: null, visibility: null, collaborative: null },
  },
  PlaylistEdited: {
    steps: [{ added: { index: 0, itemId: 'item-1', trackId: 'track-1' }, removed: null, moved: null }],
    added: 1,
    removed: 0,
    alreadyGone: [],
  },
  CollaboratorAdded: { userId: 'bob' },
  CollaboratorRemoved: { userId: 'bob' },
  PlaylistDeleted: {},
  PartitionClaimed: {},
  TrackPlayed: playOf('play-1'),
  TrackSkipped: playOf('play-2', { msPlayed: 8_000, reasonEnd: 'fwdbtn' }),
  TrackLiked: { trackId: 'track-1' },
  TrackUnliked: { trackId: 'track-1' },
  PlaylistFollowed: { playlistId: 'playlist-1' },
  PlaylistUnfollowed: { playlistId: 'playlist-1' },
  ArtistFollowed: { artistId: 'artist-1' },
  ArtistUnfollowed: { artistId: 'artist-1' },
  UserFollowed: { userId: 'bob' },
  UserUnfollowed: { userId: 'bob' },
  PopularityChanged: { kind: 'track', id: 'track-1', power: 3 },
}
