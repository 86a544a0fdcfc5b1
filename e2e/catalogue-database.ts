import { namesOf } from '@reprise/connect/names.ts'
import { settingsOf } from '@reprise/connect/settings.ts'
import pg from 'pg'
import type { Platform } from './platform.ts'

/** What the catalogue team sees: its database. Statements are sent again when the server is being restarted. */
export const openDatabase = (platform: Platform) => {
  const connectionString = namesOf(settingsOf(platform.environment)).database
  const pool = new pg.Pool({ connectionString, max: 4 })
  pool.on('error', () => undefined)

  /** Runs statements in one transaction, again if it was cut off: they must come to the same when done twice. */
  const transaction = async (statements: readonly Statement[]): Promise<void> => {
    for (const until = Date.now() + 120_000; ;)
      try {
        const client = await pool.connect()
        try {
          await client.query('BEGIN')
          for (const [text, values] of statements) await client.query(text, [...values])
          await client.query('COMMIT')
          client.release()
          return
        } catch (error) {
          client.release(true)
          throw error
        }
      } catch (error) {
        if (!isPassing(error) || Date.now() > until) throw error
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
  }
  return {
    transaction,
    query: async <Row extends pg.QueryResultRow>(text: string): Promise<readonly Row[]> =>
      (await pool.query<Row>(text)).rows,
    close: () => pool.end(),
  }
}

/** A statement with its values. */
export type Statement = readonly [text: string, values: readonly unknown[]]

/** See {@link openDatabase}. */
export type CatalogueDatabase = ReturnType<typeof openDatabase>

/** The server went away or two transactions met; a constraint that is broken is none of these. */
const isPassing = (error: unknown): boolean => {
  const code = (error as { readonly code?: string }).code ?? ''
  return code === '' || /^(57P|08|40|E)/.test(code)
}
