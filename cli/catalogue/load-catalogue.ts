import { prepareDatabase, withClient } from '@reprise/connect/database.ts'
import type { Client } from 'pg'
import type { Catalogue } from './catalogue-rows.ts'
import type { CatalogueSource } from './catalogue-source.ts'
import { writeCatalogue, type Written } from './write-catalogue.ts'

/** What a load needs. */
export type LoadOptions = {
  /** Address of the catalogue's own database; it is made and migrated where need be. */
  readonly database: string
  readonly source: CatalogueSource
  /** The source has been read: this is what will be written. */
  readonly onRead?: (counts: Counts) => void
  /** So many more rows are done. */
  readonly onWritten?: (count: number) => void
  /** Ends it early: rows whose transaction was finished stay. */
  readonly signal?: AbortSignal
}

/** How many there are of each. */
export type Counts = { readonly artists: number; readonly albums: number; readonly tracks: number }

/** What a load did. */
export type Loaded = {
  readonly source: string
  readonly counts: Counts
  readonly written: Written
  readonly seconds: number
}

/** The server works for each on a core of its own, and beside the readers of its log one alone would starve. */
const connections = 4

/**
 * Loads a catalogue into PostgreSQL. A second load changes nothing; two at once take turns.
 * @throws {DatabaseAway} {@link RowRefused} {@link BadRow}, or the signal's reason
 */
export const loadCatalogue = async (options: LoadOptions): Promise<Loaded> => {
  const { database, source, onRead, onWritten = () => undefined, signal } = options
  const startedAt = Date.now()
  const [catalogue] = await Promise.all([source.read(), prepareDatabase(database)])
  signal?.throwIfAborted()
  const counts = countsOf(catalogue)
  onRead?.(counts)
  const written = await withClients(database, connections, (clients) =>
    unlessAborted(clients, signal, async () => {
      await clients[0]?.query("SELECT pg_advisory_lock(hashtext('reprise catalogue load'))")
      return writeCatalogue(clients, catalogue, onWritten)
    }),
  )
  return { source: source.description, counts, written, seconds: (Date.now() - startedAt) / 1_000 }
}

/** An interrupted load may be waiting for another one: the connections end under it, whatever they are asked. */
const unlessAborted = async <T>(
  clients: readonly Client[],
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> => {
  const stop = () => clients.forEach((client) => void client.end().catch(() => undefined))
  signal?.addEventListener('abort', stop)
  try {
    return await work()
  } catch (cause) {
    signal?.throwIfAborted()
    throw cause
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}

const countsOf = ({ artists, albums, tracks }: Catalogue): Counts => ({
  artists: artists.length,
  albums: albums.length,
  tracks: tracks.length,
})

const withClients = <T>(
  database: string,
  count: number,
  work: (clients: readonly Client[]) => Promise<T>,
): Promise<T> =>
  count === 0
    ? work([])
    : withClient(database, async (client) => {
        // Left to itself the server plans the check of every foreign key into the partitioned table anew: four times slower.
        await client.query('SET plan_cache_mode = force_generic_plan')
        return withClients(database, count - 1, (others) => work([client, ...others]))
      })
