import type { Meta } from '@reprise/schemas/generated/events.ts'
import type { Decision, EvolvingEvent, NewEvent, Refusal } from '@reprise/core/decider.ts'
import { sizeOf } from '@reprise/core/persistent-map.ts'
import type { SnapshotCodec } from '@reprise/core/snapshot-codec.ts'
import type { Decidable, StreamType } from '../write-path/stream-type.ts'
import { librarySnapshot } from './library-snapshot.ts'
import {
  idBytesOf,
  type Mark,
  type Marks,
  noMarks,
  type Place,
  type Shelf,
  standingOf,
  withMark,
} from './marks.ts'

/** The events of a library. */
export type LibraryEvent =
  | 'TrackLiked'
  | 'TrackUnliked'
  | 'PlaylistFollowed'
  | 'PlaylistUnfollowed'
  | 'ArtistFollowed'
  | 'ArtistUnfollowed'
  | 'UserFollowed'
  | 'UserUnfollowed'

/** Puts an entry on a shelf (a like, a follow) or gives it up. The clocks are what the client claims, if it does. */
export type LibraryCommand = Place & {
  readonly keep: boolean
  readonly occurredAt?: number | undefined
  readonly lamport?: number | undefined
}

/** The most entries that a user keeps on each shelf. */
export const keptMax: Readonly<Record<Shelf, number>> = {
  likes: 100_000,
  playlists: 10_000,
  artists: 10_000,
  users: 10_000,
}

/** So many bytes the ids of all shelves take at most: twice what as many entries as may be take with ids of common length. */
export const keptIdBytesMax = 6_500_000

// ---- events

type Event = EvolvingEvent<LibraryEvent>

const keptEvent: Readonly<Record<Shelf, (id: string) => NewEvent<LibraryEvent>>> = {
  likes: (trackId) => ({ type: 'TrackLiked', data: { trackId } }),
  playlists: (playlistId) => ({ type: 'PlaylistFollowed', data: { playlistId } }),
  artists: (artistId) => ({ type: 'ArtistFollowed', data: { artistId } }),
  users: (userId) => ({ type: 'UserFollowed', data: { userId } }),
}

const givenUpEvent: Readonly<Record<Shelf, (id: string) => NewEvent<LibraryEvent>>> = {
  likes: (trackId) => ({ type: 'TrackUnliked', data: { trackId } }),
  playlists: (playlistId) => ({ type: 'PlaylistUnfollowed', data: { playlistId } }),
  artists: (artistId) => ({ type: 'ArtistUnfollowed', data: { artistId } }),
  users: (userId) => ({ type: 'UserUnfollowed', data: { userId } }),
}

// ---- fold

const evolve = (state: Marks, { type, data }: Event): Marks => {
  const keeps = (shelf: Shelf, id: string) => withMark(state, { shelf, id }, markOf(data.meta, true))
  const givesUp = (shelf: Shelf, id: string) => withMark(state, { shelf, id }, markOf(data.meta, false))
  switch (type) {
    case 'TrackLiked':
      return keeps('likes', data.trackId)
    case 'TrackUnliked':
      return givesUp('likes', data.trackId)
    case 'PlaylistFollowed':
      return keeps('playlists', data.playlistId)
    case 'PlaylistUnfollowed':
      return givesUp('playlists', data.playlistId)
    case 'ArtistFollowed':
      return keeps('artists', data.artistId)
    case 'ArtistUnfollowed':
      return givesUp('artists', data.artistId)
    case 'UserFollowed':
      return keeps('users', data.userId)
    case 'UserUnfollowed':
      return givesUp('users', data.userId)
  }
}

const markOf = ({ occurredAt, lamport }: Meta, isKept: boolean): Mark => ({ isKept, at: occurredAt, lamport })

// ---- decisions

const decide = (state: Marks, { actorId, body }: Decidable<LibraryCommand>): Decision<LibraryEvent> => {
  const { shelf, id, keep } = body
  if (shelf === 'users' && id === actorId) return oneself
  const standing = standingOf(state, body)
  if (isOvertaken(body, standing)) return keep === standing.isKept ? 'nothing-to-do' : overtaken(standing)
  if (!keep) return givenUpEvent[shelf](id)
  if (standing.isKept && !claims(body)) return 'nothing-to-do'
  if (!standing.isKept && sizeOf(state.kept[shelf]) >= keptMax[shelf]) return tooMany(shelf)
  if (!standing.isKept && state.idBytes.kept + idBytesOf(id) > keptIdBytesMax) return tooLong
  return keptEvent[shelf](id)
}

/**
 * A command yields where one of its own clocks says that it is not later than what stands; one that claims nothing
 * happens now, and is never overtaken. At equal clocks giving up wins. What is later is recorded even if it changes
 * nothing to see: giving up what was never kept holds off the like that is still on its way.
 */
const isOvertaken = ({ keep, occurredAt, lamport }: LibraryCommand, standing: Mark): boolean => {
  const yieldsAtEqual = keep || !standing.isKept
  const isBehind = (claimed: number | undefined, highest: number | null) =>
    claimed !== undefined && highest !== null && (claimed < highest || (yieldsAtEqual && claimed === highest))
  return isBehind(lamport, standing.lamport) || isBehind(occurredAt, standing.at)
}

const claims = ({ occurredAt, lamport }: LibraryCommand): boolean =>
  occurredAt !== undefined || lamport !== undefined

const overtaken = ({ at, lamport }: Mark): Refusal => ({
  refused: 'overtaken',
  detail:
    'something later was decided already; drop this, or send it anew without occurredAt if it is meant now',
  facts: { occurredAt: at, lamport },
})

const oneself: Refusal = { refused: 'rule-broken', detail: 'nobody follows themselves; name another user' }

const tooMany = (shelf: Shelf): Refusal => ({
  refused: 'too-large',
  detail: `a library keeps at most ${keptMax[shelf]} of these; give some up first`,
  facts: { kept: keptMax[shelf] },
})

const tooLong: Refusal = {
  refused: 'too-large',
  detail: `the ids that a library keeps take at most ${keptIdBytesMax} bytes together; give some up first`,
  facts: { idBytes: keptIdBytesMax },
}

/** Libraries: a stream per user. See docs/library.md for what yields to what. */
export const libraryDecider: StreamType<Marks, LibraryCommand, LibraryEvent, object> & {
  readonly snapshot: SnapshotCodec<Marks>
} = {
  snapshot: librarySnapshot,
  initialState: noMarks,
  evolve,
  decide,
  reportOf: () => ({}),
  // A library is not created: the first like is a command like any other.
  creationOf: () => undefined,
  withCreation: (state) => state,
}
