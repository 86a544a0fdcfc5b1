import { createHash } from 'node:crypto'
import { v5 as uuidv5 } from 'uuid'

/** Frozen for ever: every derived id of the platform hangs from it. */
const namespace = 'b3f1b6a0-5d7c-5c1e-9a57-7e9c1f2d4a10'

const derived = (kind: string, parts: readonly (string | number)[]): string =>
  uuidv5(JSON.stringify([kind, ...parts]), namespace)

/** Law 5: the id of a command is a hash of its actor, its stream and its idempotency key. */
export const commandIdOf = (actorId: string, streamId: string, key: string): string =>
  derived('command', [actorId, streamId, key])

/** The id of a playlist created without one: the same user and key always make the same id. */
export const playlistIdOf = (actorId: string, key: string): string => derived('playlist', [actorId, key])

/**
 * Hash of a command's body: the kind of command and its validated content, 128 bits in base64url. Key order
 * does not matter.
 */
export const bodyHashOf = (kind: string, body: unknown): string =>
  createHash('sha256')
    .update(kind)
    .update('\0')
    .update(canonicalJson(body))
    .digest()
    .subarray(0, 16)
    .toString('base64url')

/** Item ids derive from the command id: the same command, decided again, names the same items. */
export const itemIdsOf = (commandId: string): ((index: number) => string) => {
  const prefix = createHash('sha256').update(commandId).digest().subarray(0, 12).toString('base64url')
  return (index) => `${prefix}.${index.toString(36)}`
}

/** What makes two reports the same play: see "Counting a play once" in the design. */
export type PlayFacts = {
  readonly userId: string
  readonly playId: string | null
  readonly startedAt: number
  readonly msPlayed: number
  readonly trackId: string
  readonly deviceId: string | null
}

/** The identity of a play, a UUIDv5. */
export const playIdentityOf = ({
  userId,
  playId,
  startedAt,
  msPlayed,
  trackId,
  deviceId,
}: PlayFacts): string => derived('play', [userId, playId ?? '', startedAt, msPlayed, trackId, deviceId ?? ''])

/** The id of a track that no catalogue names: derived from artist and title. */
export const unlistedTrackIdOf = (artist: string, title: string): string => derived('track', [artist, title])

/** The id of an artist that is known by name alone. */
export const unlistedArtistIdOf = (name: string): string => derived('artist', [name])

/** The opaque id of a user that an outside system knows by another name. */
export const importedUserIdOf = (source: string, name: string): string => derived('user', [source, name])

/** The id of the word that an entity's plays have reached a power of two. */
export const popularityEventIdOf = (entityId: string, power: number): string =>
  derived('popularity', [entityId, power])

const canonicalJson = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
