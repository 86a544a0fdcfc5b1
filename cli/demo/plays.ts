/** A play as the demo posts it. Times are those of the source; {@link file://./time-shift.ts} moves them. */
export type SourcePlay = {
  readonly userId: string
  readonly playId: string
  readonly trackId: string
  readonly startedAt: number
  readonly msPlayed: number
  readonly reasonEnd: string
  readonly country: string
}

/** What a song is called, for people. */
export type SongTitle = { readonly title: string; readonly artist: string }

/** All plays of a source, with the titles of their songs by track id. */
export type SourcePlays = {
  readonly plays: readonly SourcePlay[]
  readonly titles: ReadonlyMap<string, SongTitle>
  /** The names of users, for people. */
  readonly userNames: ReadonlyMap<string, string>
  readonly rowsWithoutSong: number
}

/** Counted plays and skips of one song. */
export type SongCount = { readonly plays: number; readonly skips: number }

const chosenEnds = new Set(['fwdbtn', 'backbtn', 'clickrow', 'playbtn', 'remote', 'endplay'])
const countedFromMs = 30_000

/**
 * Counts songs straight from the source: each play once, as a counted play from 30 s of listening on, and as a skip
 * when the listener chose to end it. The tracks have no known length.
 */
export const countSongs = (plays: readonly SourcePlay[]): ReadonlyMap<string, SongCount> => {
  const counts = new Map<string, SongCount>()
  const once = new Map(plays.map((play) => [JSON.stringify(play), play]))
  for (const { trackId, msPlayed, reasonEnd } of once.values()) {
    const before = counts.get(trackId) ?? { plays: 0, skips: 0 }
    counts.set(trackId, {
      plays: before.plays + (msPlayed >= countedFromMs ? 1 : 0),
      skips: before.skips + (chosenEnds.has(reasonEnd) ? 1 : 0),
    })
  }
  return counts
}
