import { expect, test } from '@jest/globals'
import { newProjectionOf, topicOf } from './new-projection.ts'

test('the topic follows from the events', () => {
  expect(topicOf(['TrackPlayed'])).toBe('playback-events')
  expect(topicOf(['TrackLiked', 'ArtistFollowed'])).toBe('library-events')
  expect(() => topicOf(['TrackPlayed', 'TrackLiked'])).toThrow(/no topic has TrackPlayed and TrackLiked/)
})

test('a name is two words, and none that is taken', () => {
  const named = (name: string) => () =>
    newProjectionOf({ name, from: 'library-events', events: ['TrackLiked'] })
  for (const name of ['Fans', 'delete', 'a_b', '../x', 'plays', '', '-'])
    expect(named(name)).toThrow(/can't name/)
  expect(named('artist-fans')().projection).toContain('export const artistFans = projection({')
})

test('a playlist’s view is served beside the playlist, to its readers', () => {
  const { projection, route } = newProjectionOf({
    name: 'edit-counts',
    from: 'playlist-events',
    events: ['PlaylistEdited'],
  })
  expect(route).toBe('/v1/playlists/:playlistId/edit-counts')
  expect(projection).toContain('toReadersOfPlaylist')
})
