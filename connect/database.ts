import { runner } from 'node-pg-migrate'
import { Client, DatabaseError } from 'pg'
import { join } from 'node:path'

/** PostgreSQL does not answer, or not to us. */
export class DatabaseAway extends Error {
  override readonly name = 'DatabaseAway'
}

/**
 * Makes the catalogue's database where it is missing, and brings its tables up to date. Harmless when it runs twice,
 * or in several processes at once.
 * @param address of the catalogue's own database ({@link namesOf})
 * @returns the names of the migrations that it ran
 * @throws {DatabaseAway} naming the address and the reason
 */
export async function prepareDatabase(address: string): Promise<readonly string[]> {
  await createDatabase(address)
  return withClient(address, async (client) => {
    const ran = await runner({
      dbClient: client,
      dir: join(import.meta.dirname, 'migrations'),
      migrationsTable: 'schema_migration',
      direction: 'up',
      advisoryLockMode: 'wait',
      logger: silent,
    })
    return ran.map(({ name }) => name)
  })
}

/**
 * Runs `work` with a connection of its own.
 * @throws {DatabaseAway} when there is none to be had, or `work` failed and the connection was lost meanwhile
 */
export async function withClient<T>(address: string, work: (client: Client) => Promise<T>): Promise<T> {
  const connection = { isLost: false }
  const client = await openClient(address, () => (connection.isLost = true))
  try {
    return await work(client)
  } catch (cause) {
    throw connection.isLost && !(cause instanceof DatabaseAway) ? awayOf(address, 'went away', cause) : cause
  } finally {
    await client.end().catch(() => undefined)
  }
}

/**
 * A connection of the caller's own. When it breaks between two queries, `onBroken` hears of it, and the next query.
 * With `answerMs`, a query that isn't answered in time fails.
 * @throws {DatabaseAway}
 */
export async function openClient(
  address: string,
  onBroken: () => void = () => undefined,
  answerMs?: number,
): Promise<Client> {
  const client = new Client({
    connectionString: address,
    query_timeout: answerMs,
    connectionTimeoutMillis: 5_000,
    application_name: 'reprise',
  })
  client.on('error', onBroken)
  await client.connect().catch((cause: unknown) => {
    throw awayOf(address, 'does not let us in', cause)
  })
  return client
}

const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}

/** Someone else made it first (the second is what a race inside the server looks like). */
const alreadyThere = ['42P04', '23505']
const noSuchDatabase = '3D000'

async function createDatabase(address: string): Promise<void> {
  if (await exists(address)) return
  const server = new URL(address)
  const name = server.pathname.slice(1)
  server.pathname = '/postgres'
  await withClient(server.href, async (client) => {
    await client
      .query(`CREATE DATABASE "${name}" TEMPLATE template0 ENCODING 'UTF8'`)
      .catch((cause: unknown) => {
        if (!alreadyThere.includes(codeOf(cause) ?? '')) throw awayOf(address, 'does not let us in', cause)
      })
  })
}

async function exists(address: string): Promise<boolean> {
  try {
    await withClient(address, () => Promise.resolve())
    return true
  } catch (error) {
    if (error instanceof DatabaseAway && codeOf(error.cause) === noSuchDatabase) return false
    throw error
  }
}

function codeOf(cause: unknown): string | undefined {
  return cause instanceof DatabaseError ? cause.code : undefined
}

/** Says of the database at `address` what it did, and why. */
export function awayOf(address: string, what: string, cause: unknown): DatabaseAway {
  const { host, pathname } = new URL(address)
  const reason = cause instanceof Error ? cause.message || cause.constructor.name : String(cause)
  return new DatabaseAway(
    `PostgreSQL at ${host}${pathname} ${what}: ${reason}. Is it up (reprise status), and is REPRISE_POSTGRES right?`,
    { cause },
  )
}
