import { importedUserIdOf, unlistedTrackIdOf } from '@reprise/core/identity.ts'
import { BadRow, type CsvRecord } from './edit-row.ts'
import type { SongTitle, SourcePlay, SourcePlays } from './plays.ts'

/** A row of the radio file: which station played which song at which second. */
export type RadioRow = {
  readonly playId: string
  readonly station: string
  readonly startedAt: number
  readonly title: string
  readonly artist: string
}

/** Radio plays have no length and no reason. */
const msPlayed = 180_000

/** Finds the catalogue's id of a song by its exact title and artist. */
export type FindTrack = (song: SongTitle) => string | undefined

/** Reads one record. An empty title is no fault of the record. @throws {BadRow} */
export const radioRowOf = (record: CsvRecord): RadioRow => {
  const { unique_id: playId = '', callsign: station = '', time = '', song: title = '', artist = '' } = record
  const isRight = playId !== '' && playId.length <= 64 && station !== '' && /^\d{9,10}$/.test(time)
  if (!isRight) throw new BadRow(`play ${JSON.stringify(playId)}: no station or time in seconds`)
  return { playId, station, startedAt: Number(time) * 1_000, title, artist }
}

/** Stations become users, songs become tracks; rows without a song are counted and left out. */
export const radioPlaysOf = (rows: readonly RadioRow[], find: FindTrack): SourcePlays => {
  const withSong = rows.filter(({ title }) => title.trim() !== '')
  const trackIds = new Map<string, string>()
  const titles = new Map<string, SongTitle>()
  const trackIdOf = ({ title, artist }: RadioRow): string => {
    const key = JSON.stringify([title, artist])
    const trackId = trackIds.get(key) ?? find({ title, artist }) ?? unlistedTrackIdOf(artist, title)
    trackIds.set(key, trackId)
    titles.set(trackId, { title, artist })
    return trackId
  }
  return {
    plays: withSong.map((row) => playOf(row, trackIdOf(row))),
    titles,
    userNames: new Map(rows.map(({ station }) => [userOf(station), station])),
    rowsWithoutSong: rows.length - withSong.length,
  }
}

const playOf = ({ playId, station, startedAt }: RadioRow, trackId: string): SourcePlay => ({
  userId: userOf(station),
  playId,
  trackId,
  startedAt,
  msPlayed,
  reasonEnd: 'trackdone',
  country: 'US',
})

const userOf = (station: string): string => importedUserIdOf('radio', station)
