import { DatabaseAway } from '@reprise/connect/database.ts'
import { namesOf } from '@reprise/connect/names.ts'
import { settingsOf } from '@reprise/connect/settings.ts'
import type { Catalogue } from '../catalogue/catalogue-rows.ts'
import type { CatalogueSource } from '../catalogue/catalogue-source.ts'
import { loadCatalogue, type Counts } from '../catalogue/load-catalogue.ts'
import { OutOfPatience, type ApiClient } from './api-client.ts'
import { pause } from './pause.ts'
import type { Progress, Screen } from './screen.ts'

/** The views of a whole catalogue take a minute or two to fill. */
const patienceMs = 15 * 60_000

/** A database that was killed is started again, and mends itself first: so many tries, a second apart. */
const triesMax = 120

type FillOptions = {
  readonly source: CatalogueSource
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly client: ApiClient
  readonly screen: Screen
  readonly signal: AbortSignal
  readonly load?: typeof loadCatalogue
}

/** Loads the catalogue into its database, and waits until queries and search show all of it. */
export const fillCatalogue = async (options: FillOptions): Promise<Counts> => {
  const { source, environment, screen, signal, load = loadCatalogue } = options
  let read: Catalogue | undefined
  let loading: Progress | undefined
  const { counts } = await whileAway(signal, () =>
    load({
      database: namesOf(settingsOf(environment)).database,
      source: { ...source, read: async () => (read ??= await source.read()) },
      onRead: ({ artists, albums, tracks }) => {
        loading = screen.progress('catalogue', artists + albums + tracks)
      },
      onWritten: (count) => loading?.advance(count),
      signal,
    }).finally(() => loading?.end()),
  )
  if (read !== undefined) await awaitItsViews(read, options)
  return counts
}

/** What was loaded before the database died stays, so loading again goes on. */
const whileAway = async <T>(signal: AbortSignal, load: () => Promise<T>): Promise<T> => {
  for (let tries = 1; ; tries++)
    try {
      return await load()
    } catch (cause) {
      if (!(cause instanceof DatabaseAway) || tries === triesMax) throw cause
      await pause(1_000, signal)
    }
}

/** How finely the filling of the views is shown. */
const stepsPerKind = 50

/** The database's order is the log's: artists, albums, tracks, as they were read. */
const awaitItsViews = async (
  { artists, albums, tracks }: Catalogue,
  { client, screen, signal }: Pick<FillOptions, 'client' | 'screen' | 'signal'>,
): Promise<void> => {
  const seeing = screen.progress('its views', artists.length + albums.length + tracks.length)
  let position = ''
  for (const [kind, rows] of Object.entries({ artists, albums, tracks })) {
    const step = Math.ceil(rows.length / stepsPerKind)
    for (let from = 0; from < rows.length; from += step) {
      const some = rows.slice(from, from + step)
      position = await untilShown(client, `/v1/${kind}/${encodeURIComponent(some.at(-1)?.id ?? '')}`, signal)
      seeing.advance(some.length)
    }
  }
  await untilSearched(client, position)
  seeing.end()
}

/** Resolves to the position of the view that shows it. */
const untilShown = async (client: ApiClient, path: string, signal: AbortSignal): Promise<string> => {
  for (const deadline = Date.now() + patienceMs; ;) {
    const answer = await client.request({ api: 'query', method: 'GET', path })
    if (answer.status === 200) return answer.header('reprise-position') ?? ''
    if (Date.now() > deadline)
      throw new OutOfPatience(
        `${path} is not visible after ${patienceMs / 60_000} minutes; ` +
          'see ./reprise catalogue status and ./reprise logs',
      )
    await pause(250, signal)
  }
}

const untilSearched = async (client: ApiClient, position: string): Promise<void> => {
  const headers = { 'reprise-min-position': position }
  await client.request({ api: 'query', method: 'GET', path: '/v1/search?q=a&limit=1', headers, patienceMs })
}
