import { renameSync, writeFileSync } from 'node:fs'
import type { AcceptanceCheck } from './check-acceptance.ts'
import type { CountCheck } from './check-counts.ts'
import type { PlaylistCheck } from './check-playlists.ts'
import type { SourcePlays } from './plays.ts'
import type { PostedPlays } from './post-plays.ts'
import type { Replayed } from './replay-edits.ts'

/** All that a demo found out. */
export type DemoOutcome = {
  readonly replayed: Replayed
  readonly posted: PostedPlays
  readonly source: SourcePlays
  readonly playlists: PlaylistCheck
  readonly acceptance: AcceptanceCheck
  readonly songs: CountCheck
  readonly startupSeconds: number
  /** From the first command until every view showed the last event. */
  readonly throughSeconds: number
  readonly seconds: number
}

/** What the demo leaves in `demo.json`. */
export const demoFileOf = (outcome: DemoOutcome): Readonly<Record<string, number>> => {
  const { replayed, posted, playlists, acceptance, songs } = outcome
  const events = replayed.acknowledged + posted.posted
  return {
    operations: replayed.operations,
    commands: replayed.commands,
    playlistsCompared: playlists.compared,
    playlistsEqual: playlists.equal,
    playsPosted: posted.posted,
    songsCompared: songs.compared,
    songsEqual: songs.equal,
    commandsPerSecond: rounded(replayed.acknowledged / Math.max(0.001, replayed.seconds)),
    eventsPerSecond: rounded(events / Math.max(0.001, outcome.throughSeconds)),
    startupSeconds: rounded(outcome.startupSeconds),
    seconds: rounded(outcome.seconds),
    runs: replayed.runs,
    commandsAcknowledged: replayed.acknowledged,
    commandsFound: replayed.found,
    playlistsAlive: playlists.alive,
    playlistsDeleted: playlists.deleted,
    itemsCompared: playlists.items,
    acknowledgedPositions: acceptance.acknowledged,
    acceptedPositions: acceptance.accepted,
    supersededRecords: acceptance.superseded,
    rowsWithoutSong: outcome.source.rowsWithoutSong,
    replaySeconds: rounded(replayed.seconds),
    playsSeconds: rounded(posted.seconds),
  }
}

/** Everything that isn't as it must be, in words; nothing when the demo holds. */
export const differencesOf = ({ posted, playlists, acceptance, songs }: DemoOutcome): readonly string[] => [
  ...playlists.differences,
  ...acceptance.differences,
  ...songs.differences,
  ...posted.refused,
]

/** Leaves the outcome for scripts: the whole file or the one before. */
export const writeOutcome = (path: string, outcome: DemoOutcome): void => {
  writeFileSync(`${path}.new`, `${JSON.stringify(demoFileOf(outcome), null, 2)}\n`)
  renameSync(`${path}.new`, path)
}

const rounded = (value: number): number => Math.round(value * 10) / 10
