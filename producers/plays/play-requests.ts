import { z } from 'zod'
import { instant, trackId } from '../playlists/playlist-requests.ts'

const dayMs = 86_400_000
const earliest = Date.parse('2000-01-01T00:00:00Z')
const reason = z.string().min(1).max(64)

/** One play as a client reports it. */
export const playRequest = z.strictObject({
  playId: z
    .string()
    .min(1)
    .max(64)
    .refine((value) => value.isWellFormed(), 'must be well-formed text')
    .optional(),
  trackId,
  startedAt: instant.refine((at) => at >= earliest, 'must not lie before 2000'),
  msPlayed: z.int().min(0).max(dayMs),
  reasonStart: reason.optional(),
  reasonEnd: reason.optional(),
  context: z
    .string()
    .regex(/^(playlist:[!-~]{1,64}|album:[!-~]{1,64}|search)$/, 'must be playlist:<id>, album:<id> or search')
    .optional(),
  deviceId: z
    .string()
    .min(1)
    .max(64)
    .refine((value) => value.isWellFormed(), 'must be well-formed text')
    .optional(),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, 'must be an ISO 3166-1 alpha-2 code in capitals')
    .optional(),
  shuffle: z.boolean().optional(),
  offline: z.boolean().optional(),
  import: z.boolean().optional(),
})

/** A valid play. */
export type PlayRequest = z.output<typeof playRequest>

/** The most plays in one request. */
export const playsMax = 1_000

/** Several plays: each is judged by itself. */
export const playsRequest = z.strictObject({ plays: z.array(z.unknown()).min(1) })
