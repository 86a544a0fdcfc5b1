import { z } from 'zod'
import { instant, playlistParams, trackId, userId } from '../playlists/playlist-requests.ts'
import type { Shelf } from './marks.ts'

/** Body of every request on a library: none, or what the client's clocks say. */
export const libraryRequest = z
  .strictObject({ occurredAt: instant.optional(), lamport: z.int().min(0).optional() })
  .optional()

/** What the path of each shelf names. */
export const shelfParams = {
  likes: z.object({ trackId }).transform((params) => params.trackId),
  playlists: playlistParams.transform(({ playlistId }) => playlistId),
  artists: z.object({ artistId: trackId }).transform(({ artistId }) => artistId),
  users: z.object({ userId }).transform((params) => params.userId),
} as const satisfies Readonly<Record<Shelf, z.ZodType<string>>>
