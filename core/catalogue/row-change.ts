import type { CatalogueChange, CatalogueEvent } from './catalogue-event.ts'
import type { EntityKind, TrackFacts } from './entity.ts'

/** A record of `catalogue-changes` is neither a row's change nor an event that this code knows. */
export class UnreadableChange extends Error {
  override readonly name = 'UnreadableChange'
}

type Row = Readonly<Record<string, unknown>>

/** What Debezium says of a changed row, as far as it is read here. */
type Envelope = {
  readonly op: string
  readonly before: Row | null
  readonly after: Row | null
  readonly source: { readonly table: string; readonly sequence?: string | null; readonly lsn?: unknown }
}

/**
 * The change of one row as an event of the entity that it belongs to; nothing for tables and operations that no view
 * reads. A column that the row's schema doesn't have yet counts as null. @throws {UnreadableChange}
 */
export const catalogueEventOf = (value: unknown, offset: number): CatalogueEvent | undefined => {
  const { op, before, after, source } = envelopeIn(value)
  const isGone = op === 'd'
  const row = isGone ? before : after
  if (!['c', 'r', 'u', 'd'].includes(op)) return undefined
  if (row === null) throw new UnreadableChange(`a change of ${source.table} (${op}) carries no row`)
  const found = tables[source.table]
  return found && { ...found(row, isGone), offset }
}

/** The place of a change in the database's log: the last commit before it, and its own. */
export type Sequence = readonly [lastCommit: bigint, own: bigint]

/** Where a row's change stands in the order of its database, and whether a snapshot tells of it. */
export type Place = { readonly sequence: Sequence; readonly isSnapshot: boolean }

/**
 * The place of a row's change: undefined for events that aren't Debezium's. Before the first commit that the connector
 * saw, and in a snapshot, a change stands behind itself alone.
 */
export const placeOf = (value: unknown): Place | undefined => {
  if (!isEnvelope(value)) return undefined
  const [lastCommit, own] = JSON.parse(value.source.sequence ?? '[null,null]') as (string | null)[]
  if (own === undefined || own === null) return undefined
  return { sequence: [BigInt(lastCommit ?? own), BigInt(own)], isSnapshot: value.op === 'r' }
}

const isEnvelope = (value: unknown): value is Envelope =>
  typeof value === 'object' && value !== null && 'op' in value && 'source' in value

const envelopeIn = (value: unknown): Envelope => {
  if (isEnvelope(value)) return value
  throw new UnreadableChange('the record is not the change of a row')
}

type Found = { readonly kind: EntityKind; readonly id: string; readonly change: CatalogueChange }

const tables: Readonly<Record<string, ((row: Row, isGone: boolean) => Found) | undefined>> = {
  artist: (row, isGone) => ({
    kind: 'artist',
    id: textIn(row, 'id'),
    change: {
      row: 'artist',
      facts: isGone
        ? null
        : {
            name: textIn(row, 'name'),
            country: textOrNull(row, 'country'),
            born: dateOrNull(row, 'born'),
            status: textOrNull(row, 'status') as 'active' | 'inactive' | 'deceased' | null,
          },
    },
  }),
  album: (row, isGone) => ({
    kind: 'album',
    id: textIn(row, 'id'),
    change: {
      row: 'album',
      facts: isGone ? null : { name: textIn(row, 'name'), artistId: textOrNull(row, 'artist_id') },
    },
  }),
  track: (row, isGone) => ({
    kind: 'track',
    id: textIn(row, 'id'),
    change: { row: 'track', facts: isGone ? null : trackFactsOf(row) },
  }),
  track_artist: (row, isGone) => ({
    kind: 'track',
    id: textIn(row, 'track_id'),
    change: {
      row: 'track-artist',
      at: Number(row['position']),
      artistId: isGone ? null : textIn(row, 'artist_id'),
    },
  }),
}

const trackFactsOf = (row: Row): TrackFacts => ({
  kind: textOrNull(row, 'kind') === 'episode' ? 'episode' : 'song',
  title: textIn(row, 'title'),
  albumId: textOrNull(row, 'album_id'),
  durationMs: (row['duration_ms'] as number | null | undefined) ?? null,
  released: cutTo(textOrNull(row, 'release_precision'), dateOrNull(row, 'released')),
  isrc: textOrNull(row, 'isrc'),
  genres: ((row['genres'] as readonly (string | null)[] | null | undefined) ?? []).filter(
    (genre) => genre !== null,
  ),
})

const textIn = (row: Row, column: string): string => {
  const value = row[column]
  if (typeof value !== 'string')
    throw new UnreadableChange(`column ${column} holds ${typeof value}, not text`)
  return value
}

const textOrNull = (row: Row, column: string): string | null =>
  row[column] === null || row[column] === undefined ? null : textIn(row, column)

const dayMs = 86_400_000
const firstDay = Date.parse('0001-01-01') / dayMs
const lastDay = Date.parse('9999-12-31') / dayMs

/** Dates travel as days since 1970. One that can't be written as YYYY-MM-DD, such as infinity, counts as null. */
const dateOrNull = (row: Row, column: string): string | null => {
  const days = row[column] as number | null | undefined
  if (days === null || days === undefined || days < firstDay || days > lastDay) return null
  return new Date(days * dayMs).toISOString().slice(0, 10)
}

const lengths: Readonly<Record<string, number>> = { year: 4, month: 7, day: 10 }

const cutTo = (precision: string | null, date: string | null): string | null =>
  date === null ? null : date.slice(0, lengths[precision ?? 'day'] ?? 10)
