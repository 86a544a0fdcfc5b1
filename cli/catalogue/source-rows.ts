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

/** Reads one record of the catalogue's file. @throws {BadRow} naming the track */
export const fileTrackOf = (record: CsvRecord): FileTrack => {
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
    durationMs: Number(record['duration_ms']) || 0,
    released: textIn(record, 'release_date'),
    genres: listIn(record, 'genres').filter((genre) => genre !== ''),
  }
}

/** Reads one record of a song list or of the plays: they name their columns differently. */
export const radioSongOf = (record: CsvRecord): RadioSong => ({
  title: textIn(record, 'song' in record ? 'song' : 'Song Clean'),
  artist: textIn(record, 'artist' in record ? 'artist' : 'ARTIST CLEAN'),
  year: textIn(record, 'Release Year'),
})

/** Zero characters and halves of surrogate pairs are not text to PostgreSQL. */
export const storableOf = (text: string): string => text.replaceAll('\0', '').toWellFormed()

const textIn = (record: CsvRecord, column: string): string => storableOf(record[column] ?? '')

const listIn = (record: CsvRecord, column: string): readonly string[] => {
  const value: unknown = JSON.parse(record[column] || '[]')
  if (!Array.isArray(value)) throw new BadRow(`${column} of track ${record['track_id'] ?? ''} is not a list`)
  return value.map((one) => storableOf(String(one)))
}
