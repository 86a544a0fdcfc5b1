import { DatabaseError, type Client } from 'pg'
import type { Catalogue, TrackRow } from './catalogue-rows.ts'
import { statements } from './statements.ts'

/** How many rows of each table were written; rows that were as they should be are not. */
export type Written = {
  readonly artists: number
  readonly albums: number
  readonly tracks: number
  /** Of which artist, at which place, each track is. */
  readonly credits: number
}

/** The database refuses a row. */
export class RowRefused extends Error {
  override readonly name = 'RowRefused'
}

const rowsPerTransaction = 2_000

/**
 * Brings the catalogue's tables to what the source states: a transaction for every few thousand rows, a track and its
 * artists always in the same one. Nothing is deleted but surplus artists of a track; what is equal is not touched, not
 * even locked, so a second run writes nothing. What the source doesn't state stays as it is.
 * The clients share out a table's transactions. A table begins when the one that it refers to is done, and its last
 * transaction when all others are: whoever learns of a table's last row has learnt of the whole table.
 * @param onWritten is told how many more rows are done
 * @throws {RowRefused} in the database's words
 */
export const writeCatalogue = async (
  clients: readonly Client[],
  { artists, albums, tracks }: Catalogue,
  onWritten: (count: number) => void,
): Promise<Written> => {
  const write = async (rows: readonly unknown[], sql: readonly string[]): Promise<readonly number[]> => {
    const totals = sql.map(() => 0)
    const takeFrom = (batches: Batches) => async (client: Client) => {
      for (const batch of batches) {
        const counts = await inTransaction(client, sql, JSON.stringify(batch))
        for (const [index, count] of counts.entries()) totals[index] = (totals[index] ?? 0) + count
        onWritten(batch.length)
      }
    }
    const lastAt = Math.max(0, rows.length - rowsPerTransaction)
    for (const part of [rows.slice(0, lastAt), rows.slice(lastAt)])
      await Promise.all(clients.map(takeFrom(batchesOf(part))))
    return totals
  }
  const [artistCount = 0] = await write(artists, [statements.artists])
  const [albumCount = 0] = await write(albums, [statements.albums])
  const [trackCount = 0, surplus = 0, credits = 0] = await write(tracks.map(flatOf), [
    statements.tracks,
    statements.surplusCredits,
    statements.credits,
  ])
  return { artists: artistCount, albums: albumCount, tracks: trackCount, credits: surplus + credits }
}

type Batches = Generator<readonly unknown[], void>

/** Several may take from it; one that throws meanwhile ends it for the others too. */
function* batchesOf(rows: readonly unknown[]): Batches {
  for (let at = 0; at < rows.length; at += rowsPerTransaction) yield rows.slice(at, at + rowsPerTransaction)
}

const flatOf = ({ release, ...track }: TrackRow) => ({
  ...track,
  released: release?.day,
  releasePrecision: release?.precision,
})

const inTransaction = async (
  client: Client,
  sql: readonly string[],
  rows: string,
): Promise<readonly number[]> => {
  try {
    await client.query('BEGIN')
    const counts: number[] = []
    for (const statement of sql) counts.push((await client.query(statement, [rows])).rowCount ?? 0)
    await client.query('COMMIT')
    return counts
  } catch (cause) {
    await client.query('ROLLBACK').catch(() => undefined)
    if (!(cause instanceof DatabaseError)) throw cause
    throw new RowRefused([cause.message, cause.detail ?? []].flat().join('. '), { cause })
  }
}
