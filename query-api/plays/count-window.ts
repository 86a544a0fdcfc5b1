import { allTime } from '@reprise/projectors/song-counts.projection.ts'

/** The windows that counts are asked for. */
export const windows = ['hour', 'day', 'week', 'all'] as const

/** The name of a window. */
export type WindowName = (typeof windows)[number]

/** A window in occurred time: where it lies, and which stored days and hour it takes. */
export type CountWindow = {
  readonly window: WindowName
  /** Milliseconds, `from` included and `to` not; null for all time. */
  readonly from: number | null
  readonly to: number | null
  readonly days: readonly string[]
  /** Only this hour (UTC) of the day. */
  readonly hour: number | undefined
}

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** The hour, day or week (from Monday, as ISO 8601 has it), UTC, that an instant lies in; or all time. */
export const windowAt = (window: WindowName, instant: number): CountWindow => {
  if (window === 'all') return { window, from: null, to: null, days: [allTime], hour: undefined }
  const day = Math.floor(instant / dayMs) * dayMs
  if (window === 'hour') {
    const from = Math.floor(instant / hourMs) * hourMs
    return { window, from, to: from + hourMs, days: [nameOf(day)], hour: new Date(from).getUTCHours() }
  }
  const from = window === 'day' ? day : day - ((new Date(day).getUTCDay() + 6) % 7) * dayMs
  const length = window === 'day' ? 1 : 7
  const days = Array.from({ length }, (_, at) => nameOf(from + at * dayMs))
  return { window, from, to: from + length * dayMs, days, hour: undefined }
}

const nameOf = (day: number) => new Date(day).toISOString().slice(0, 10)
