import type { HistoryWriter, TestEvent } from './history-writer.ts'
import type { Random } from './random.ts'

/** Random likes and follows of a few users, with superseded records between them unless told otherwise. */
export const writeLibraryHistory = (
  { append }: HistoryWriter,
  random: Random,
  { events, noise = true }: { readonly events: number; readonly noise?: boolean },
): void => {
  for (let count = 0; count < events; count++) {
    const userId = `user-${random.below(6)}`
    const isSuperseded = random.chance(0.2)
    const event = randomEvent(random)
    if (!isSuperseded) append(userId, event, { actorId: userId })
    else if (noise) append(userId, event, { actorId: userId, superseded: true })
  }
}

/** Twice as much is added as is given up; a few ids, so that most things are done more than once. */
const randomEvent = (random: Random): TestEvent => {
  const isAdded = random.chance(0.66)
  const id = `${random.below(12)}`
  const [trackId, playlistId, artistId, userId] = [
    `track-${id}`,
    `playlist-${id}`,
    `artist-${id}`,
    `user-${id}`,
  ]
  return random.pick<TestEvent>([
    { type: isAdded ? 'TrackLiked' : 'TrackUnliked', data: { trackId } },
    { type: isAdded ? 'TrackLiked' : 'TrackUnliked', data: { trackId } },
    { type: isAdded ? 'PlaylistFollowed' : 'PlaylistUnfollowed', data: { playlistId } },
    { type: isAdded ? 'ArtistFollowed' : 'ArtistUnfollowed', data: { artistId } },
    { type: isAdded ? 'UserFollowed' : 'UserUnfollowed', data: { userId } },
  ])
}
