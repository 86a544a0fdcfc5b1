/** One row of an archive of playlist edits. Rows of the same playlist and time are one run. */
export type EditRow = {
  readonly seq: number
  /** ISO 8601 */
  readonly observedAt: string
  readonly playlistId: string
} & EditOperation

/** What a row does. Positions follow the rule of runs, see {@link EditRun}. */
export type EditOperation =
  | { readonly op: 'create' | 'rename' | 'describe'; readonly value: string }
  | { readonly op: 'add'; readonly trackId: string; readonly to: number }
  | { readonly op: 'remove'; readonly trackId: string; readonly from: number }
  | { readonly op: 'move'; readonly trackId: string; readonly from: number; readonly to: number }
  | { readonly op: 'delete' }

/** A file holds something that can't be what it should be. */
export class BadRow extends Error {
  override readonly name = 'BadRow'
}

/** A record of a CSV file, by column. */
export type CsvRecord = Readonly<Record<string, string | undefined>>

/** Reads one record of the archive. @throws {BadRow} naming the row and the column. */
export const editRowOf = (record: CsvRecord): EditRow => {
  const cell = (column: string) => cellOf(record, column)
  const head = {
    seq: wholeNumber(record, 'seq'),
    observedAt: instant(record, 'observed_at'),
    playlistId: cell('playlist_id'),
  }
  return { ...head, ...operationOf(record) }
}

const operationOf = (record: CsvRecord): EditOperation => {
  const trackId = () => cellOf(record, 'track_id')
  const from = () => wholeNumber(record, 'from_pos')
  const to = () => wholeNumber(record, 'to_pos')
  switch (record['op']) {
    case 'create':
    case 'rename':
      return { op: record['op'], value: cellOf(record, 'value') }
    case 'describe':
      return { op: 'describe', value: record['value'] ?? '' }
    case 'add':
    case 'add_initial':
      return { op: 'add', trackId: trackId(), to: to() }
    case 'remove':
      return { op: 'remove', trackId: trackId(), from: from() }
    case 'move':
      return { op: 'move', trackId: trackId(), from: from(), to: to() }
    case 'delete':
      return { op: 'delete' }
    default:
      throw bad(record, 'op')
  }
}

const cellOf = (record: CsvRecord, column: string): string => {
  const value = record[column]
  if (value === undefined || value === '') throw bad(record, column)
  return value
}

const wholeNumber = (record: CsvRecord, column: string): number => {
  const text = cellOf(record, column)
  if (!/^\d{1,9}$/.test(text)) throw bad(record, column)
  return Number(text)
}

const instant = (record: CsvRecord, column: string): string => {
  const text = cellOf(record, column)
  const isInstant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text) && !Number.isNaN(Date.parse(text))
  if (!isInstant) throw bad(record, column)
  return text
}

const bad = (record: CsvRecord, column: string): BadRow =>
  new BadRow(
    `row ${JSON.stringify(record['seq'] ?? '?')}: ${column} can't be ${JSON.stringify(record[column] ?? 'missing')}`,
  )
