import { z } from 'zod'
import { answerLine, commandLine } from '../commands/command-line.ts'
import { libraryRequest } from '../library/library-requests.ts'
import * as playlists from '../playlists/playlist-requests.ts'
import { playRequest, playsMax } from '../plays/play-requests.ts'

/** One request of the command API, for the reference. */
export type CommandRoute = {
  readonly method: 'get' | 'put' | 'post' | 'patch' | 'delete'
  readonly path: string
  readonly summary: string
  readonly body: z.ZodType | undefined
  /** Body and answer are lines of JSON, each of these shapes. */
  readonly lines?: true
  /** Appended without a decision: acknowledged by the log, not read back, and told apart by identity, not by key. */
  readonly undecided?: true
  /** The status of success, and what the answer holds. */
  readonly success: readonly [status: number, answer: z.ZodType | undefined]
}

const versioned = { playlistId: z.guid(), version: z.int() }
const created = z.object({
  ...versioned,
  ownerId: z.string(),
  name: z.string(),
  description: z.string(),
  visibility: z.enum(['public', 'private']),
  collaborative: z.boolean(),
})
const outcome = z.union([
  z.object({
    status: z.literal('accepted'),
    type: z.enum(['TrackPlayed', 'TrackSkipped']),
    identity: z.guid(),
  }),
  z.object({ status: z.literal('refused'), code: z.string(), detail: z.string() }),
])

const bare = { body: playlists.bareRequest, success: [204, undefined] } as const
const inLibrary = { body: libraryRequest, success: [204, undefined] } as const
const collaborator = '/v1/playlists/{playlistId}/collaborators/{userId}'

/** Every request that the command API takes; a test holds it to the routes. */
export const commandRoutes: readonly CommandRoute[] = [
  {
    method: 'post',
    path: '/v1/commands',
    summary:
      'Any of the other requests as lines, in order per stream, each answered by a line with an outcome of its own, in the same order. ' +
      'Answers come while lines are still being sent: read them meanwhile, or send at most 1,000 lines',
    body: commandLine,
    lines: true,
    success: [200, answerLine],
  },
  {
    method: 'post',
    path: '/v1/plays',
    summary: `Reports one play, or up to ${playsMax}. Each is judged by itself; the same play sent again counts once`,
    body: z.union([playRequest, z.strictObject({ plays: z.array(playRequest).min(1).max(playsMax) })]),
    undecided: true,
    success: [202, z.object({ outcomes: z.array(outcome) })],
  },
  {
    method: 'post',
    path: '/v1/playlists',
    summary: 'Creates a playlist; its id is made from the user and the idempotency key',
    body: playlists.createRequest,
    success: [201, created],
  },
  {
    method: 'put',
    path: '/v1/playlists/{playlistId}',
    summary: 'Creates a playlist under an id that the client minted',
    body: playlists.createRequest,
    success: [201, created],
  },
  {
    method: 'patch',
    path: '/v1/playlists/{playlistId}',
    summary: 'Changes details of a playlist',
    body: playlists.changeDetailsRequest,
    success: [200, z.object(versioned)],
  },
  {
    method: 'delete',
    path: '/v1/playlists/{playlistId}',
    summary: 'Deletes a playlist; its id is never used again',
    ...bare,
  },
  {
    method: 'post',
    path: '/v1/playlists/{playlistId}/edits',
    summary: 'Edits the list of items: 1 to 1,000 edits, all or nothing',
    body: playlists.editsRequest,
    success: [200, z.object({ ...versioned, items: z.array(z.string()), alreadyGone: z.array(z.string()) })],
  },
  {
    method: 'put',
    path: collaborator,
    summary: 'Names a collaborator, who may read the playlist, and edit it while it is collaborative',
    ...bare,
  },
  {
    method: 'delete',
    path: collaborator,
    summary: 'Dismisses a collaborator; collaborators may leave by themselves',
    ...bare,
  },
  { method: 'put', path: '/v1/me/likes/{trackId}', summary: 'Likes a track', ...inLibrary },
  { method: 'delete', path: '/v1/me/likes/{trackId}', summary: 'Takes a like back', ...inLibrary },
  { method: 'put', path: '/v1/me/playlists/{playlistId}', summary: 'Follows a playlist', ...inLibrary },
  { method: 'delete', path: '/v1/me/playlists/{playlistId}', summary: 'Unfollows a playlist', ...inLibrary },
  { method: 'put', path: '/v1/me/artists/{artistId}', summary: 'Follows an artist', ...inLibrary },
  { method: 'delete', path: '/v1/me/artists/{artistId}', summary: 'Unfollows an artist', ...inLibrary },
  { method: 'put', path: '/v1/me/users/{userId}', summary: 'Follows a user', ...inLibrary },
  { method: 'delete', path: '/v1/me/users/{userId}', summary: 'Unfollows a user', ...inLibrary },
]
