import type { DemoSource } from './demo-source.ts'
import { editRunsOf } from './edit-runs.ts'
import { generateEdits } from './generate-edits.ts'
import { generatePlays } from './generate-plays.ts'
import { generateSongs } from './generated-songs.ts'
import { replayPlainly } from './plain-replay.ts'
import { createSeededRandom } from './seeded-random.ts'

const seeds = { edits: 20_250_106, plays: 538 } as const

/** A small data set of our own, the same in every run; the plain replay says where its playlists end. */
export const createGeneratedSource = (): DemoSource => {
  const songs = generateSongs()
  const rows = generateEdits(songs, createSeededRandom(seeds.edits))
  return {
    name: 'generated',
    searchFor: 'mix',
    description: 'generated edits and plays, since the real data is not here',
    countOperations: () => Promise.resolve(rows.length),
    runs: () => editRunsOf(rows),
    ends: () => replayPlainly(editRunsOf(rows)),
    plays: () => Promise.resolve(generatePlays(songs, createSeededRandom(seeds.plays))),
  }
}
