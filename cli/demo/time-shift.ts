import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { SourcePlay } from './plays.ts'

const endsBeforeNowMs = 5 * 60_000

/**
 * By how many milliseconds the plays of a source are moved so that they end a few minutes before the first demo. Kept
 * in a file: a later demo posts the very same plays, so that nothing counts twice.
 */
export const timeShiftOf = (options: {
  readonly path: string
  readonly source: string
  readonly plays: readonly SourcePlay[]
  readonly now: number
}): number => {
  const { path, source, plays, now } = options
  const shifts = readShifts(path)
  const known = shifts[source]
  if (known !== undefined) return known
  const lastEnd = plays.reduce((last, { startedAt, msPlayed }) => Math.max(last, startedAt + msPlayed), 0)
  const shift = now - endsBeforeNowMs - lastEnd
  writeWhole(path, { ...shifts, [source]: shift })
  return shift
}

type Shifts = Readonly<Record<string, number>>

const readShifts = (path: string): Shifts =>
  existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Shifts) : {}

const writeWhole = (path: string, shifts: Shifts): void => {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(`${path}.new`, `${JSON.stringify(shifts)}\n`)
  renameSync(`${path}.new`, path)
}
