import { stripTypeScriptTypes } from 'node:module'
import { SourceTextModule } from 'node:vm'
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

const fromEach = [
  { from: 'library-events', events: ['TrackLiked', 'ArtistFollowed'] },
  { from: 'playback-events', events: ['TrackPlayed'] },
  { from: 'playlist-events', events: ['PlaylistCreated'] },
] as const

/** What Node makes of it: a name that is declared twice, or can't be one, is a SyntaxError. */
const parsed = (file: string) => new SourceTextModule(stripTypeScriptTypes(file))

const words =
  `abstract any arguments as asserts async await bigint break case catch class console const continue debugger
  declare default delete do else enum eval export extends false fetch finally for function get global global-this if
  implements import in infer instanceof interface is keyof let module name namespace never new null number object of out
  override package private process protected public readonly require return satisfies set static string super switch symbol
  this throw true try type typeof undefined unique unknown using var void while with yield`.split(/\s+/)
const inTemplate =
  `columns instant int text uuid cassandra-table projection quarantine-key get to-owner row meta key
  to-readers-of-playlist once-more test event-of specification-of given stream-id occurred-at times`.split(
    /\s+/,
  )

test.each([
  ...words,
  ...inTemplate,
  'fans',
  'listening-days',
  'artist-2',
  'view',
  'once',
  'more',
  'projections',
])('named %s, the files parse, or nothing is written and another name is asked for', (name) => {
  for (const of of fromEach) {
    let files
    try {
      files = newProjectionOf({ name, ...of })
    } catch (error) {
      expect((error as Error).message).toMatch(/^".*" can't name a new projection: .*artist-fans$/)
      continue
    }
    parsed(files.projection)
    parsed(files.test)
  }
})

test.each(['enum', 'true', 'null', 'typeof', 'await', 'yield', 'let', 'eval', 'undefined', 'global-this'])(
  'no projection is named %s, which means something in JavaScript',
  (name) =>
    expect(() => newProjectionOf({ name, ...fromEach[0] })).toThrow(/ means something in JavaScript already/),
)

test.each(['columns', 'get', 'once-more', 'given', 'int', 'text', 'instant', 'projection', 'to-owner'])(
  'no projection is named %s, which its own files use',
  (name) =>
    expect(() => newProjectionOf({ name, ...fromEach[0] })).toThrow(
      /files that are written use \w+ for some/,
    ),
)

test.each(['play-index', 'play-verdicts'])('no projection is named %s, which could not start', (name) =>
  expect(() => newProjectionOf({ name, ...fromEach[0] })).toThrow(
    /the tables of the play index are called so/,
  ),
)

test('other single words are names, though they stand in comments or texts of the files', () => {
  for (const name of ['fans', 'user', 'happened', 'readers', 'handler', 'version-2'])
    expect(newProjectionOf({ name, ...fromEach[0] }).projection).toContain(`name: '${name}'`)
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
