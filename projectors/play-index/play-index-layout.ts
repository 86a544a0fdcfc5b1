import type { RecordedEvent } from '@reprise/core/event.ts'
import type { RowWrite, StoredRow, Table } from '@reprise/core/ports/row-store.port.ts'
import { stampOf } from '@reprise/core/stamp.ts'

/** A record of a play or skip. */
export type PlayEvent = RecordedEvent<'TrackPlayed' | 'TrackSkipped'>

/**
 * The play index: per play the offset of its first record. The plays of an hour of one partition lie together, in
 * buckets by their identity; a row is a chunk of a bucket: what was stored of it at once. The identity names the user.
 */
export const playIndexTable: Table = {
  name: 'play_index_v3',
  partitionKey: ['partition_', 'hour'],
  clustering: ['bucket', 'first_offset'],
  columns: { partition_: 'int', hour: 'int', bucket: 'int', first_offset: 'bigint', plays: 'text' },
}

/** Enough that one bucket is soon read, few enough that plays which are stored together share rows. Never changed. */
export const bucketsPerHour = 1_024

/** The hour of a play's start since 1970, and the bucket of its identity. */
export type Place = { readonly hour: number; readonly bucket: number }

/** Where a play stands in the index of its partition. Its identity is a UUID, whose last digits are as good as random. */
export const placeOf = ({ data: { startedAt, identity } }: Pick<PlayEvent, 'data'>): Place => {
  const digits = Number.parseInt(identity.slice(-3), 16)
  return { hour: Math.floor(startedAt / 3_600_000), bucket: Math.abs(digits || 0) % bucketsPerHour }
}

/** Plays of one bucket as they are kept: each identity with the offset of its first record behind it, by offset. */
export type Plays = readonly (string | number)[]

/** What is stored at once of a bucket. */
export type Chunk = Place & { readonly plays: Plays }

/**
 * The row of a chunk: all first records of its bucket from its first one to its last one. Chunks that begin with the same
 * play differ in how far they go, and the stamp is the end: the one that says more wins, whatever the order of writing.
 */
export const chunkWriteOf = (partition: number, { hour, bucket, plays }: Chunk): RowWrite => ({
  row: {
    partition_: partition,
    hour,
    bucket,
    first_offset: plays[1] as number,
    plays: JSON.stringify(plays),
  },
  stamp: stampOf(plays.at(-1) as number),
})

/** What a row says. */
export const playsOf = (row: StoredRow): Plays => JSON.parse(row['plays'] as string) as Plays

/** The offsets of a page of verdicts. */
export const pageOffsets = 65_536

/** The page that an offset belongs to. */
export const pageOf = (offset: number): number => Math.floor(offset / pageOffsets)

/** Which offsets of a page are duplicates, so that whoever comes later needs one read for a whole page. */
export type VerdictPage = {
  /** When the page's first play was recorded. */
  readonly beginsAt: number
  /** In order. */
  readonly duplicates: readonly number[]
}

/** Verdicts by page: the offsets of the duplicates, two bytes each. */
export const verdictTable: Table = {
  name: 'play_verdicts_v2',
  partitionKey: ['partition_'],
  clustering: ['page'],
  columns: { partition_: 'int', page: 'int', begins_at: 'bigint', duplicates: 'blob' },
}

/** The row of a page as it stands at an offset: it holds every duplicate of the page up to there. */
export const pageWriteOf = (
  { partition, offset }: { readonly partition: number; readonly offset: number },
  { beginsAt, duplicates }: VerdictPage,
): RowWrite => {
  const bytes = Buffer.alloc(duplicates.length * 2)
  for (const [at, duplicate] of duplicates.entries()) bytes.writeUInt16BE(duplicate % pageOffsets, at * 2)
  const row = { partition_: partition, page: pageOf(offset), begins_at: beginsAt, duplicates: bytes }
  return { row, stamp: stampOf(offset) }
}

/** The page that a row holds. */
export const pageFromStored = (row: StoredRow): VerdictPage => {
  const bytes = row['duplicates'] as Buffer
  const start = (row['page'] as number) * pageOffsets
  const duplicates = Array.from({ length: bytes.length / 2 }, (_, at) => start + bytes.readUInt16BE(at * 2))
  return { beginsAt: row['begins_at'] as number, duplicates }
}
