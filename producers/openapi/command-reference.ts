import { z } from 'zod'
import * as playlists from '../playlists/playlist-requests.ts'
import { playRequest, playsMax } from '../plays/play-requests.ts'

/** One request of the command API, for the reference. */
export type CommandRoute = {
  readonly method: 'get' | 'put' | 'post' | 'patch' | 'delete'
  readonly path: string
  readonly summary: string
  readonly body: z.ZodType | undefined
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

/** Every request that the command API takes; a test holds it to the routes. */
export const commandRoutes: readonly CommandRoute[] = [
  {
    method: 'post',
    path: '/v1/plays',
    summary: `Reports one play, or up to ${playsMax}. Each is judged by itself; the same play sent again counts once`,
    body: z.union([playRequest, z.strictObject({ plays: z.array(playRequest).min(1).max(playsMax) })]),
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
    body: undefined,
    success: [204, undefined],
  },
  {
    method: 'post',
    path: '/v1/playlists/{playlistId}/edits',
    summary: 'Edits the list of items: 1 to 1,000 edits, all or nothing',
    body: playlists.editsRequest,
    success: [200, z.object({ ...versioned, items: z.array(z.string()), alreadyGone: z.array(z.string()) })],
  },
]
