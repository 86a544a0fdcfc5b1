import { importedUserIdOf } from '@reprise/core/identity.ts'
import { createSongPicker, type GeneratedSong } from './generated-songs.ts'
import type { SourcePlay, SourcePlays } from './plays.ts'
import type { SeededRandom } from './seeded-random.ts'

const playCount = 5_000
const userCount = 60
/** Standard deviation of the logarithm of a user's plays, as measured on 1,892 listeners. */
const userSigma = 1.52
/** Skips cluster: the chance of one after a skip, and after a play heard to its end. */
const skipAfter = { skip: 0.65, end: 0.2 } as const
/** Of the skips, this share falls within 30 s. */
const shortSkips = 0.72
/** Offline queues are flushed again: every so-manieth play is sent a second time. */
const repeatEvery = 50
const weekStart = Date.parse('2025-01-06T00:00:00Z')
const hourMs = 3_600_000

/** Share of listening by hour of day, UTC, of five people over years. */
const hourShares = [
  0.0564, 0.0529, 0.0457, 0.0436, 0.0381, 0.0414, 0.0367, 0.0213, 0.0107, 0.0076, 0.0078, 0.0093, 0.0135,
  0.0151, 0.0213, 0.0362, 0.0553, 0.0625, 0.0667, 0.0696, 0.0805, 0.081, 0.0716, 0.0553,
]

/** A week of listening, shaped like real listening, with skips and with plays that are sent twice. */
export const generatePlays = (songs: readonly GeneratedSong[], random: SeededRandom): SourcePlays => {
  const activity = Array.from({ length: userCount }, () => Math.exp(userSigma * random.normal()))
  const total = activity.reduce((sum, weight) => sum + weight, 0)
  const pick = createSongPicker(songs, random)
  const names = activity.map((_weight, nth) => `listener ${nth + 1}`)
  const plays = activity.flatMap((weight, nth) =>
    playsOf({
      name: names[nth] ?? '',
      count: Math.max(1, Math.round((weight / total) * playCount)),
      pick,
      random,
    }),
  )
  return {
    plays: [...plays, ...plays.filter((_play, at) => at % repeatEvery === 0)],
    titles: new Map(songs.map(({ trackId, title, artist }) => [trackId, { title, artist }])),
    userNames: new Map(names.map((name) => [userOf(name), name])),
    rowsWithoutSong: 0,
  }
}

const userOf = (name: string): string => importedUserIdOf('generated', name)

const playsOf = (user: {
  readonly name: string
  readonly count: number
  readonly pick: () => GeneratedSong
  readonly random: SeededRandom
}): readonly SourcePlay[] => {
  const { name, count, pick, random } = user
  const starts = Array.from({ length: count }, () => startOf(random)).sort((a, b) => a - b)
  let isSkip = false
  return starts.map((startedAt, nth) => {
    isSkip = random.next() < (isSkip ? skipAfter.skip : skipAfter.end)
    return {
      userId: userOf(name),
      playId: `${name.replace(' ', '-')}-${nth}`,
      trackId: pick().trackId,
      startedAt,
      msPlayed: isSkip ? skippedAfterMs(random) : 150_000 + random.below(120_000),
      reasonEnd: isSkip ? 'fwdbtn' : 'trackdone',
      country: ['SE', 'US', 'BR', 'DE'][random.below(4)] ?? 'SE',
    }
  })
}

const startOf = (random: SeededRandom): number =>
  weekStart + random.below(7) * 24 * hourMs + random.weighted(hourShares) * hourMs + random.below(hourMs)

const skippedAfterMs = (random: SeededRandom): number =>
  random.next() < shortSkips ? random.below(30_000) : 30_000 + random.below(90_000)
