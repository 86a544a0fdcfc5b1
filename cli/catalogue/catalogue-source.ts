import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { BadRow, type CsvRecord } from '../demo/edit-row.ts'
import { readCsv } from '../demo/read-csv.ts'
import { generateSongs } from '../demo/generated-songs.ts'
import { catalogueOf } from './catalogue-of.ts'
import type { Catalogue } from './catalogue-rows.ts'
import { generateCatalogue } from './generate-catalogue.ts'
import { fileTrackOf, radioSongOf, type FileTrack, type RadioSong } from './source-rows.ts'

/** Where a catalogue comes from. */
export type CatalogueSource = {
  /** For people: which files, or that it is generated. */
  readonly description: string
  /** Reads all of it. @throws {BadRow} when a file holds something that can't be what it should be */
  readonly read: () => Promise<Catalogue>
}

/** What chooses a source. */
export type CatalogueSourceOptions = {
  readonly projectRoot: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** The catalogue's file, instead of the one in the data folder. */
  readonly file?: string
  /** One file of radio songs, a list or plays, instead of those in the data folder. */
  readonly radio?: string
}

const names = {
  tracks: 'catalogue_union.csv.zst',
  radio: ['radio_song_list_538.csv', 'radio_plays_538.csv.gz'],
} as const

/**
 * The real catalogue: the files in `../shared/data` beside the project or in REPRISE_DATA, or those that are named.
 * Without them, or with REPRISE_DATA=none, the small one that goes with the generated plays and playlists.
 * @throws when a file or folder that somebody named isn't there
 */
export const catalogueSourceOf = (options: CatalogueSourceOptions): CatalogueSource => {
  const { projectRoot, env, file, radio } = options
  const given = env['REPRISE_DATA'] ?? ''
  const folder = resolve(given === '' ? join(projectRoot, '..', 'shared', 'data') : given)
  const isThere = given !== 'none' && existsSync(folder)
  if (given !== 'none' && given !== '' && !isThere)
    throw new Error(`REPRISE_DATA=${given}: there is no such folder${remedy}`)
  if (file === undefined && !isThere) return generated
  const inFolder = (name: string): string => join(folder, name)
  const tracks = file === undefined ? inFolder(names.tracks) : resolve(file)
  const songs = radio === undefined ? (isThere ? names.radio.map(inFolder) : []) : [resolve(radio)]
  const missing = [tracks, ...songs].filter((path) => !existsSync(path))
  if (missing.length > 0) throw new Error(`there is no file ${missing.join(' and no file ')}${remedy}`)
  return {
    description: [tracks, ...songs].join(', '),
    read: async () => catalogueOf({ tracks: await tracksIn(tracks), songs: await songsIn(songs) }),
  }
}

const remedy = ' (--file and --radio name other files; REPRISE_DATA=none loads a small generated catalogue)'

const generated: CatalogueSource = {
  description: 'generated, since the real data is not here',
  read: () => Promise.resolve(generateCatalogue(generateSongs())),
}

const tracksIn = async (path: string): Promise<readonly FileTrack[]> => {
  const tracks: FileTrack[] = []
  await forEachRecord(path, (record) => tracks.push(fileTrackOf(record)))
  // Loading nothing would look like a catalogue that is there already.
  if (tracks.length === 0) throw new BadRow(`${path}: it holds no track${remedy}`)
  return tracks
}

/** Each song once; the first file that knows its year states it. */
const songsIn = async (paths: readonly string[]): Promise<readonly RadioSong[]> => {
  const songs = new Map<string, RadioSong>()
  for (const path of paths)
    await forEachRecord(path, (record) => {
      const song = radioSongOf(record)
      const key = JSON.stringify([song.title, song.artist])
      if ((songs.get(key)?.year ?? '') === '') songs.set(key, song)
    })
  return [...songs.values()]
}

/** @throws {BadRow} naming the file, and what to do about it */
const forEachRecord = async (path: string, use: (record: CsvRecord) => void): Promise<void> => {
  try {
    for await (const record of readCsv(path)) use(record)
  } catch (cause) {
    if (!(cause instanceof BadRow)) throw cause
    const where = cause.message.startsWith(path) ? '' : `${path}: `
    throw new BadRow(`${where}${cause.message}${remedy}`, { cause })
  }
}
