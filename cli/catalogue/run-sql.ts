import { withClient } from '@reprise/connect/database.ts'

/** What came of one statement. */
export type SqlOutcome = {
  /** `UPDATE`, `SELECT`, … */
  readonly command: string
  readonly rowCount: number
  readonly rows: readonly Readonly<Record<string, unknown>>[]
}

/**
 * Runs SQL on the catalogue's database; several statements, parted by `;`, are one transaction.
 * @throws {DatabaseAway}, or what the database says
 */
export const runSql = (database: string, sql: string): Promise<readonly SqlOutcome[]> =>
  withClient(database, async (client) => {
    // pg gives a list for several statements, and leaves that out of its types.
    const answered = (await client.query(sql)) as unknown as Answer | readonly Answer[]
    return [answered]
      .flat()
      .map(({ command, rowCount, rows }) => ({ command, rowCount: rowCount ?? 0, rows }))
  })

type Answer = {
  readonly command: string
  readonly rowCount: number | null
  readonly rows: readonly Readonly<Record<string, unknown>>[]
}
