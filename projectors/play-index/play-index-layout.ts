import type { RecordedEvent } from '@reprise/core/event.ts'
import type { RowWrite, StoredRow, Table } from '@reprise/core/ports/row-store.port.ts'
import { firstWinsStampOf, stampOf } from '@reprise/core/stamp.ts'

/** A record of a play or skip. */
export type PlayEvent = RecordedEvent<'TrackPlayed' | 'TrackSkipped'>

/**
 * The play index: per play the offset of its first record. The plays of an hour of one partition lie together, so that
 * those of a batch go in few writes; the identity names the user already.
 */
export const playIndexTable: Table = {
  name: 'play_index_v2',
  partitionKey: ['partition_', 'hour'],
  clustering: ['identity'],
  columns: { partition_: 'int', hour: 'int', identity: 'text', first_offset: 'bigint' },
}

/** The Cassandra partition of a play: the partition of its records, and the hour of its start since 1970. */
export const ownerOf = ({ partition, data }: PlayEvent) => ({
  partition_: partition,
  hour: Math.floor(data.startedAt / 3_600_000),
})

/** The row that the first record of a play writes. The lowest offset wins, whatever the order of writing. */
export const playWriteOf = (event: PlayEvent): RowWrite => ({
  row: { ...ownerOf(event), identity: event.data.identity, first_offset: event.offset },
  stamp: firstWinsStampOf(event.offset),
})

/** What a row says. */
export const firstOffsetOf = (row: StoredRow): number => row['first_offset'] as number

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
