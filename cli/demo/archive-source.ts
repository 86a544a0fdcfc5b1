import { join } from 'node:path'
import type { DemoSource } from './demo-source.ts'
import { BadRow, editRowOf, type CsvRecord, type EditRow } from './edit-row.ts'
import { editRunsOf } from './edit-runs.ts'
import type { PlaylistEnds } from './plain-replay.ts'
import type { SongTitle } from './plays.ts'
import { radioPlaysOf, radioRowOf, type RadioRow } from './radio-plays.ts'
import { readCsv } from './read-csv.ts'

/** Real edits and plays from a folder of CSV files. */
export const createArchiveSource = (options: {
  readonly folder: string
  readonly isFull: boolean
}): DemoSource => {
  const file = (name: string) => join(options.folder, name)
  const edits = file(`archive_playlist_edits${options.isFull ? '' : '_user_owned'}.csv.zst`)
  const survey = once(() => surveyOf(edits))
  const oracle = file('archive_playlist_tracks_end.csv.zst')
  return {
    name: 'archive',
    searchFor: 'complete',
    description: options.isFull
      ? 'real edits of 257 playlists and a week of radio'
      : 'real edits of the playlists that people own and a week of radio',
    countOperations: () => survey().then(({ operations }) => operations),
    runs: () => editRunsOf(editRowsOf(edits)),
    ends: once(async () => endsOf((await survey()).fates, readCsv(oracle))),
    plays: async () => {
      const rows = await radioRowsOf(file('radio_plays_538.csv.gz'))
      return radioPlaysOf(rows, await trackFinderOf(rows, file('catalogue_union.csv.zst')))
    },
  }
}

async function* editRowsOf(path: string): AsyncGenerator<EditRow> {
  for await (const record of readCsv(path)) yield editRowOf(record)
}

type Survey = { readonly operations: number; readonly fates: ReadonlyMap<string, 'alive' | 'deleted'> }

/** How many edits there are, which playlists they name, and whether those are still there at the end. */
const surveyOf = async (path: string): Promise<Survey> => {
  const fates = new Map<string, 'alive' | 'deleted'>()
  let operations = 0
  for await (const { playlist_id: id = '', op } of readCsv(path)) {
    fates.set(id, op === 'delete' ? 'deleted' : 'alive')
    operations += 1
  }
  return { operations, fates }
}

const once = <T>(make: () => Promise<T>): (() => Promise<T>) => {
  let made: Promise<T> | undefined
  return () => (made ??= make())
}

/** The oracle: one row per track of each playlist that is alive at the end. @throws {BadRow} at a gap */
const endsOf = async (fates: Survey['fates'], oracle: AsyncIterable<CsvRecord>): Promise<PlaylistEnds> => {
  const tracks = new Map<string, string[]>()
  for await (const { playlist_id: id = '', position, track_id: trackId = '' } of oracle) {
    const list = tracks.get(id) ?? []
    if (Number(position) !== list.length)
      throw new BadRow(`oracle of ${id}: position ${position} out of order`)
    list.push(trackId)
    tracks.set(id, list)
  }
  return new Map([...fates].map(([id, fate]) => [id, fate === 'alive' ? (tracks.get(id) ?? []) : null]))
}

const radioRowsOf = async (path: string): Promise<readonly RadioRow[]> => {
  const rows: RadioRow[] = []
  for await (const record of readCsv(path)) rows.push(radioRowOf(record))
  return rows
}

/** Of several catalogue tracks with the same title and first artist, the one with the lowest id. */
const trackFinderOf = async (rows: readonly RadioRow[], path: string) => {
  const wanted = new Set(rows.map(keyOf))
  const found = new Map<string, string>()
  for await (const { track_id: trackId = '', title = '', artist_names: names = '[]' } of readCsv(path)) {
    const key = keyOf({ title, artist: firstArtistOf(names) })
    const known = found.get(key)
    if (wanted.has(key) && (known === undefined || trackId < known)) found.set(key, trackId)
  }
  return (song: SongTitle) => found.get(keyOf(song))
}

const keyOf = ({ title, artist }: SongTitle): string => JSON.stringify([title, artist])

const firstArtistOf = (json: string): string => {
  const names: unknown = JSON.parse(json)
  return Array.isArray(names) && typeof names[0] === 'string' ? names[0] : ''
}
