import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createArchiveSource } from './archive-source.ts'
import type { EditRun } from './edit-runs.ts'
import { createGeneratedSource } from './generated-source.ts'
import type { PlaylistEnds } from './plain-replay.ts'
import type { SourcePlays } from './plays.ts'

/** Where the demo's edits and plays come from, and what must come out. */
export type DemoSource = {
  /** Names the source in what is remembered of it. */
  readonly name: string
  readonly description: string
  /** How many rows of edits there are, for the progress bar. */
  readonly countOperations: () => Promise<number>
  /** Every run of edits in file order, streamed. */
  readonly runs: () => AsyncIterable<EditRun>
  /** Where every playlist must end, by archive id, track by track; null for a deleted one. */
  readonly ends: () => Promise<PlaylistEnds>
  readonly plays: () => Promise<SourcePlays>
  /** Words that a search finds playlists with. */
  readonly searchFor: string
}

/** What chooses a source. */
export type SourceOptions = {
  readonly projectRoot: string
  readonly isFull: boolean
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * The real data, `../shared/data` beside the project or REPRISE_DATA; without it, or with REPRISE_DATA=none, a small
 * data set of our own.
 * @throws when REPRISE_DATA names a folder that isn't there, or FULL is asked of generated data
 */
export const demoSourceOf = ({ projectRoot, isFull, env }: SourceOptions): DemoSource => {
  const given = env['REPRISE_DATA'] ?? ''
  const folder = resolve(given === '' ? join(projectRoot, '..', 'shared', 'data') : given)
  if (given !== 'none' && existsSync(folder)) return createArchiveSource({ folder, isFull })
  if (given !== 'none' && given !== '') throw new Error(`REPRISE_DATA=${given}: there is no such folder`)
  if (isFull) throw new Error(`FULL=1 needs the real data, and ${folder} is not there`)
  return createGeneratedSource()
}
