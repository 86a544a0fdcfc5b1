import { setTimeout as sleep } from 'node:timers/promises'
import { namesOf } from '@reprise/connect/names.ts'
import { settingsOf } from '@reprise/connect/settings.ts'
import type { Catalogue } from '../catalogue/catalogue-rows.ts'
import type { CatalogueSource } from '../catalogue/catalogue-source.ts'
import { loadCatalogue, type Counts } from '../catalogue/load-catalogue.ts'
import { OutOfPatience, type ApiClient } from './api-client.ts'
import type { Progress, Screen } from './screen.ts'

/** The views of a whole catalogue take a minute or two to fill. */
const patienceMs = 15 * 60_000

/** Loads the catalogue into its database, and waits until the queries show the last of its tracks. */
export const fillCatalogue = async (options: {
  readonly source: CatalogueSource
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly client: ApiClient
  readonly screen: Screen
  readonly signal: AbortSignal
}): Promise<Counts> => {
  const { source, environment, client, screen, signal } = options
  let read: Catalogue | undefined
  let loading: Progress | undefined
  const { counts } = await loadCatalogue({
    database: namesOf(settingsOf(environment)).database,
    source: { ...source, read: async () => (read = await source.read()) },
    onRead: ({ artists, albums, tracks }) => {
      loading = screen.progress('catalogue', artists + albums + tracks)
    },
    onWritten: (count) => loading?.advance(count),
  }).finally(() => loading?.end())
  const seeing = screen.progress('its views', 1)
  await untilShown(client, read?.tracks.at(-1)?.id ?? '', signal)
  seeing.advance(1)
  seeing.end()
  return counts
}

/** The database's order is the log's, so the last track comes last. */
const untilShown = async (client: ApiClient, trackId: string, signal: AbortSignal): Promise<void> => {
  for (const deadline = Date.now() + patienceMs; ;) {
    const { status } = await client.request({ api: 'query', method: 'GET', path: `/v1/tracks/${trackId}` })
    if (status === 200) return
    if (Date.now() > deadline)
      throw new OutOfPatience(
        `the catalogue's last track, ${trackId}, is not visible after ${patienceMs / 60_000} minutes; ` +
          'see ./reprise catalogue status and ./reprise logs',
      )
    await sleep(250, undefined, { signal })
  }
}
