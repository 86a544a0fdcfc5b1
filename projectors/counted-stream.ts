/** What the counting rules look at. */
export type Listening = {
  readonly startedAt: number
  readonly msPlayed: number
  /** The track's length; null when the catalogue didn't know it. */
  readonly durationMs: number | null
}

const countedMs = 30_000
const lateMs = 30 * 86_400_000

/**
 * Whether a play or skip is a counted stream: 30 seconds or more of listening, or a known shorter track played to its
 * end. A skip can be one. Source: Spotify for Artists, "How we count streams" (shared/domain.md, Listening).
 */
export const isCountedStream = ({ msPlayed, durationMs }: Listening): boolean =>
  msPlayed >= countedMs || (durationMs !== null && durationMs < countedMs && msPlayed >= durationMs)

/** Whether a skip falls under Billboard's skip rate: ended by choice before 30 seconds (shared/domain.md, Listening). */
export const isEarlySkip = ({ msPlayed }: Listening): boolean => msPlayed < countedMs

/**
 * Whether a play was recorded too late for its own window: plays arrive up to 30 days after their end, older ones are
 * imports and count in all-time windows only (shared/domain.md, Listening; interfaces.md, POST /v1/plays).
 */
export const isPastItsWindow = ({ startedAt, msPlayed }: Listening, recordedAt: number): boolean =>
  recordedAt > startedAt + msPlayed + lateMs
