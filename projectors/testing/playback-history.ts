import type { TrackPlayed } from '@reprise/schemas/generated/events.ts'
import type { HistoryWriter, TestEvent } from './history-writer.ts'
import type { Random } from './random.ts'

type Play = Omit<TrackPlayed, 'meta'>

/** Plays are recorded at about this time by the log of tests. */
export const recordedAround = Date.UTC(2026, 10, 20, 12)

/** A play in full, changed where told. */
export const playOf = (identity: string, changes: Partial<Play> = {}): Play => ({
  identity,
  playId: null,
  trackId: 'track-1',
  startedAt: recordedAround - 300_000,
  msPlayed: 180_000,
  reasonStart: null,
  reasonEnd: 'trackdone',
  context: null,
  country: null,
  shuffle: null,
  offline: null,
  import: false,
  durationMs: null,
  artistIds: [],
  albumId: null,
  resolved: false,
  ...changes,
})

/** Random plays and skips of a few users, some sent again later, unless told otherwise. */
export const writePlaybackHistory = (
  { append }: HistoryWriter,
  random: Random,
  { events, noise = true }: { readonly events: number; readonly noise?: boolean },
): void => {
  const sent: { readonly user: string; readonly event: TestEvent }[] = []
  for (let count = 0; count < events; count++) {
    const again = random.chance(0.25) && sent.length > 0 ? random.pick(sent) : undefined
    if (again) {
      if (noise) append(again.user, again.event, { copy: true })
      continue
    }
    const play = playOf(`play-${count}`, {
      trackId: `track-${random.below(4)}`,
      startedAt: recordedAround - random.below(60) * 86_400_000 - random.below(86_400_000),
      msPlayed: random.below(200_000),
      durationMs: random.chance(0.5) ? random.below(240_000) : null,
      country: random.chance(0.7) ? random.pick(['SE', 'NL']) : null,
      artistIds: random.chance(0.5) ? ['artist-1'] : [],
    })
    const event: TestEvent = { type: random.chance(0.3) ? 'TrackSkipped' : 'TrackPlayed', data: play }
    const user = `user-${random.below(5)}`
    sent.push({ user, event })
    append(user, event)
  }
}
