import { BadRow, type CsvRecord } from '../demo/edit-row.ts'

/** A row of the catalogue's file. Artists without ids are known by name alone. */
export type FileTrack = {
  readonly id: string
  readonly title: string
  readonly artistIds: readonly string[]
  readonly artistNames: readonly string[]
  readonly albumId: string
  readonly albumName: string
  /** 0 where it isn't known. */
  readonly durationMs: number
  /** As the file writes it, or empty. */
  readonly released: string
  readonly genres: readonly string[]
}

/** A song that the radio plays. */
export type RadioSong = {
  readonly title: string
  readonly artist: string
  /** As the file writes it: mostly a year. */
  readonly year: string
}

const columns = [
  'track_id',
  'title',
  'artist_ids',
  'artist_names',
  'album_id',
  'album_name',
  'duration_ms',
  'release_date',
  'genres',
]

/** Reads one record of the catalogue's file. @throws {BadRow} naming the track, or the columns that should be there */
export const fileTrackOf = (record: CsvRecord): FileTrack => {
  const missing = columns.filter((column) => !(column in record))
  if (missing.length > 0)
    throw new BadRow(`a catalogue has the columns ${columns.join(', ')}: ${missing.join(', ')} missing`)
  const id = textIn(record, 'track_id')
  if (!/^[!-~]{1,64}$/.test(id)) throw new BadRow(`track ${JSON.stringify(id)}: not an id`)
  const artistIds = listIn(record, 'artist_ids')
  const artistNames = listIn(record, 'artist_names')
  if (artistIds.length > 0 && artistIds.length !== artistNames.length)
    throw new BadRow(`track ${id}: ${artistIds.length} artist ids and ${artistNames.length} names`)
  return {
    id,
    title: textIn(record, 'title'),
    artistIds,
    artistNames,
    albumId: textIn(record, 'album_id'),
    albumName: textIn(record, 'album_name'),
    durationMs: durationIn(record),
    released: textIn(record, 'release_date'),
    genres: listIn(record, 'genres').filter((genre) => genre !== ''),
  }
}

/** Reads one record of a song list or of the plays: they name their columns differently. @throws {BadRow} */
export const radioSongOf = (record: CsvRecord): RadioSong => {
  const [title, artist] = 'song' in record ? ['song', 'artist'] : ['Song Clean', 'ARTIST CLEAN']
  if (!(title in record && artist in record))
    throw new BadRow('songs of the radio have the columns song and artist, or Song Clean and ARTIST CLEAN')
  return {
    title: textIn(record, title),
    artist: textIn(record, artist),
    year: textIn(record, 'Release Year'),
  }
}

/** Zero characters and halves of surrogate pairs are not text to PostgreSQL. */
export const storableOf = (text: string): string => text.replaceAll('\0', '').toWellFormed()

const textIn = (record: CsvRecord, column: string): string => storableOf(record[column] ?? '')

const durationIn = (record: CsvRecord): number => {
  const text = record['duration_ms'] || '0'
  if (!/^\d{1,9}$/.test(text)) throw badCell(record, 'duration_ms', 'a number of milliseconds')
  return Number(text)
}

const listIn = (record: CsvRecord, column: string): readonly string[] => {
  const value = jsonOf(record[column] || '[]')
  if (!Array.isArray(value)) throw badCell(record, column, 'a list')
  return value.map((one) => storableOf(String(one)))
}

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const badCell = (record: CsvRecord, column: string, form: string): BadRow =>
  new BadRow(`track ${record['track_id'] ?? ''}: ${column} ${JSON.stringify(record[column])} is not ${form}`)
