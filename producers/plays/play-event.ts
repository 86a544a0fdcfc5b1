import type { EventTypes, Meta } from '@reprise/schemas/generated/events.ts'
import type { Refusal } from '@reprise/core/decider.ts'
import { bodyHashOf, playIdentityOf } from '@reprise/core/identity.ts'
import type { PlayRequest } from './play-requests.ts'

/** What the catalogue knows of a track. */
export type TrackFacts = {
  readonly durationMs: number | null
  readonly artistIds: readonly string[]
  readonly albumId: string | null
}

/** The event of a play. */
export type PlayEvent = {
  readonly type: 'TrackPlayed' | 'TrackSkipped'
  readonly data: EventTypes['TrackPlayed']
}

const endAheadMsMax = 60_000
const importAfterMs = 30 * 86_400_000

/** The ends of a play by the listener's choice; an unknown reason is none. Frozen by the first record (law 15). */
const chosenEnds: ReadonlySet<string | undefined> = new Set([
  'fwdbtn',
  'backbtn',
  'clickrow',
  'playbtn',
  'remote',
  'endplay',
])

/**
 * The event that a play becomes: a skip when the listener ended it by choice and the track wasn't heard to its known
 * end, else a play. Whether it counts is derived by readers, never stored.
 */
export const playEventOf = (
  play: PlayRequest,
  context: {
    readonly userId: string
    readonly eventId: string
    readonly now: number
    readonly track: TrackFacts | undefined
  },
): PlayEvent | Refusal => {
  const endedAt = play.startedAt + play.msPlayed
  const refusal = untimely(play, endedAt, context.now)
  if (refusal) return refusal
  const { track } = context
  const playedToEnd = track?.durationMs != null && play.msPlayed >= track.durationMs
  const { playId = null, deviceId = null } = play
  const identity = playIdentityOf({ ...play, playId, deviceId, userId: context.userId })
  return {
    type: chosenEnds.has(play.reasonEnd) && !playedToEnd ? 'TrackSkipped' : 'TrackPlayed',
    data: {
      meta: metaOf(play, identity, endedAt, context),
      identity,
      playId,
      trackId: play.trackId,
      startedAt: play.startedAt,
      msPlayed: play.msPlayed,
      reasonStart: play.reasonStart ?? null,
      reasonEnd: play.reasonEnd ?? null,
      context: play.context ?? null,
      country: play.country ?? null,
      shuffle: play.shuffle ?? null,
      offline: play.offline ?? null,
      import: play.import ?? false,
      durationMs: track?.durationMs ?? null,
      artistIds: track?.artistIds ?? [],
      albumId: track?.albumId ?? null,
      resolved: track !== undefined,
    },
  }
}

const untimely = (play: PlayRequest, endedAt: number, now: number): Refusal | undefined => {
  if (endedAt > now + endAheadMsMax)
    return {
      refused: 'rule-broken',
      detail: 'the play ends more than a minute ahead; check the clock of the device',
    }
  if (endedAt < now - importAfterMs && play.import !== true)
    return {
      refused: 'rule-broken',
      detail:
        'the play is older than 30 days; send it with "import": true, then it counts in all-time windows only',
    }
  return undefined
}

const metaOf = (
  play: PlayRequest,
  identity: string,
  endedAt: number,
  { userId, eventId }: { readonly userId: string; readonly eventId: string },
): Meta => ({
  eventId,
  commandId: identity,
  bodyHash: bodyHashOf('play', play),
  streamId: userId,
  streamVersion: null,
  actorId: userId,
  deviceId: play.deviceId ?? null,
  lamport: null,
  occurredAt: endedAt,
})
