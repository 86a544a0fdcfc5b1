import { columns, int } from '@reprise/core/columns.ts'
import type { RecordedEvent } from '@reprise/core/event.ts'
import {
  type Increment,
  type Key,
  partialCount,
  projection,
  quarantineKey,
} from '@reprise/core/projection.ts'
import { isCountedStream, isEarlySkip, isPastItsWindow } from './counted-stream.ts'
import { dayOf, hourOf } from './utc.ts'

/** The row that holds a song's counts of all time; the other rows are days, YYYY-MM-DD. */
export const allTime = 'all'

/** The country of plays that don't name one. */
export const unknownCountry = '--'

/**
 * Counted streams and skips of a song by day, hour and country, in occurred time: a late play counts in its own window.
 * A day's slots are `HH:CC` (hour UTC, country), those of all time `all:CC`.
 */
export const songCounts = projection({
  name: 'song-counts',
  version: 1,
  from: 'playback-events',
  row: columns({ plays: int(), skips: int(), skipsUnder30s: int() }),
  store: partialCount({ partitionKey: 'trackId', clustering: 'day' }),
  key: ({ data, recordedAt }) => {
    const { trackId, startedAt } = data
    const total = { trackId, day: allTime }
    if (isPastItsWindow(data, recordedAt)) return total
    return [{ trackId, day: dayOf(startedAt) }, total]
  },
  on: {
    TrackPlayed: (event, key) => [
      { slot: slotOf(event, key), add: { plays: isCountedStream(event.data) ? 1 : 0 } },
    ],
    TrackSkipped: (
      event,
      key,
    ): readonly Increment<{ plays: number; skips: number; skipsUnder30s: number }>[] => [
      {
        slot: slotOf(event, key),
        add: {
          plays: isCountedStream(event.data) ? 1 : 0,
          skips: 1,
          skipsUnder30s: isEarlySkip(event.data) ? 1 : 0,
        },
      },
    ],
  },
  onFailure: quarantineKey({ attempts: 3 }),
})

/** What a slot stands for; `hour` is undefined in the row of all time. */
export const slotParts = (slot: string): { readonly hour: number | undefined; readonly country: string } => {
  const [hour = '', country = unknownCountry] = slot.split(':')
  return { hour: hour === allTime ? undefined : Number(hour), country }
}

const slotOf = ({ data }: RecordedEvent<'TrackPlayed' | 'TrackSkipped'>, { day }: Key): string => {
  const country = data.country ?? unknownCountry
  if (day === allTime) return `${allTime}:${country}`
  return `${hourOf(data.startedAt)}:${country}`
}
