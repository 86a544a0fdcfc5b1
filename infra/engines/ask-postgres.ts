import pg from 'pg'

const timeoutMs = 4000

/** Asks PostgreSQL over its wire protocol; throws unless it answers and decodes its log for subscribers. */
export async function askPostgres(address: string): Promise<void> {
  const client = new pg.Client({
    connectionString: address,
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
  })
  // A connection that breaks between two answers is told here, too late for anyone to ask.
  client.on('error', () => undefined)
  try {
    await client.connect()
    const { rows } = await client.query<{ readonly wal_level: string }>('SHOW wal_level')
    if (rows[0]?.wal_level !== 'logical') throw new Error(`its wal_level is ${rows[0]?.wal_level}`)
  } finally {
    await client.end()
  }
}
