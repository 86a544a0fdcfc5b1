import { join } from 'node:path'
import { createKafkaLog } from '@reprise/adapters/kafka/kafka-log.ts'
import { configurationOf } from '@reprise/core/configuration.ts'
import type { Log } from '@reprise/core/ports/log.port.ts'
import { quiet } from '@reprise/core/quiet-logger.ts'
import type { Addresses } from '@reprise/infra/up.ts'
import type { CatalogueSource } from '../catalogue/catalogue-source.ts'
import type { Counts } from '../catalogue/load-catalogue.ts'
import { openAcknowledgements, type Acknowledgements } from './acknowledgements.ts'
import { createApiClient, type ApiClient } from './api-client.ts'
import { awaitViews, viewCount } from './await-views.ts'
import { checkAcceptance } from './check-acceptance.ts'
import { checkCounts } from './check-counts.ts'
import { checkPlaylists } from './check-playlists.ts'
import type { DemoSource } from './demo-source.ts'
import { glimpsesOf, type Glimpses } from './glimpses.ts'
import { fillCatalogue } from './fill-catalogue.ts'
import { endTokensOf } from './log-ends.ts'
import type { DemoOutcome } from './outcome.ts'
import { replayedPlaylistIdOf } from './playlist-plan.ts'
import { countSongs } from './plays.ts'
import { postPlays } from './post-plays.ts'
import { replayEdits } from './replay-edits.ts'
import type { Screen } from './screen.ts'
import { timeShiftOf } from './time-shift.ts'
import { createTokens } from './tokens.ts'

/** What a demo runs with. The services are up. */
export type DemoOptions = {
  readonly source: DemoSource
  readonly catalogue: CatalogueSource
  readonly stateDir: string
  readonly addresses: Addresses
  readonly screen: Screen
  readonly signal: AbortSignal
}

/** What a demo found, but for the times that its caller knows. */
export type DemoRun = {
  readonly outcome: Omit<DemoOutcome, 'startupSeconds' | 'seconds'>
  readonly glimpses: Glimpses
  readonly playlistId: string
  readonly catalogue: Counts
}

const inFlightMax = 64
const patienceMs = 120_000

/** Replays, posts, waits for the views, compares. */
export const runDemo = async (options: DemoOptions): Promise<DemoRun> => {
  const { source, stateDir, addresses, screen, signal } = options
  const client = createApiClient({
    addresses: { command: addressesOf('producers', addresses), query: addressesOf('query-api', addresses) },
    tokenOf: createTokens(stateDir),
    inFlightMax,
    patienceMs,
    signal,
  })
  const cluster = await withLog(addresses, (log) => log.incarnation())
  const acknowledgements = openAcknowledgements(join(stateDir, 'demo-acknowledged.ndjson'), cluster)
  try {
    const catalogue = await fillCatalogue({
      source: options.catalogue,
      environment: { ...process.env, ...addresses.env },
      client,
      screen,
      signal,
    })
    const filled = await fill(options, client, acknowledgements)
    const checks = await check(options, client, acknowledgements, filled)
    const { posted, replayed, throughSeconds, plays } = filled
    return {
      outcome: { posted, replayed, throughSeconds, source: plays, ...checks },
      glimpses: await glimpsesOf({ client, source: plays, songs: checks.songs, query: source.searchFor }),
      catalogue,
      playlistId: await somePlaylist(source),
    }
  } finally {
    await client.close().catch(() => screen.line('  the connections did not close in order'))
  }
}

/** Sends everything, and waits until every view shows it. */
const fill = async (options: DemoOptions, client: ApiClient, acknowledgements: Acknowledgements) => {
  const { source, screen, addresses } = options
  const startedAt = Date.now()
  const edits = screen.progress('edits', await source.countOperations())
  const replayed = await replayEdits({
    runs: source.runs(),
    client,
    acknowledgements,
    progress: edits,
    inFlightMax,
  })
  edits.end()

  const plays = await source.plays()
  const shiftMs = timeShiftOf({
    path: join(options.stateDir, 'demo-shift.json'),
    source: source.name,
    plays: plays.plays,
    now: Date.now(),
  })
  const posting = screen.progress('plays', plays.plays.length)
  const posted = await postPlays({ plays: plays.plays, shiftMs, client, progress: posting, inFlightMax })
  posting.end()

  const minPosition = await withLog(addresses, async (log) => ({
    playlists: await endTokensOf(log, 'playlist-events'),
    playback: await endTokensOf(log, 'playback-events'),
    catalogue: await endTokensOf(log, 'catalogue-changes'),
  }))
  const views = screen.progress('views', viewCount)
  await awaitViews({
    client,
    minPosition: Object.values(minPosition)
      .filter((tokens) => tokens !== '')
      .join(','),
    playlistId: await somePlaylist(source),
    trackId: plays.plays[0]?.trackId ?? '',
    userId: plays.plays[0]?.userId ?? '',
    progress: views,
  })
  views.end()
  return { replayed, posted, plays, minPosition, throughSeconds: (Date.now() - startedAt) / 1_000 }
}

const check = async (
  { source, screen, addresses }: DemoOptions,
  client: ApiClient,
  acknowledgements: Acknowledgements,
  { plays, minPosition }: Awaited<ReturnType<typeof fill>>,
) => {
  const ends = await source.ends()
  const progress = screen.progress('compare', ends.size)
  const playlists = await checkPlaylists({ ends, client, acknowledgements, progress })
  progress.end()
  const expected = countSongs(plays.plays)
  const songs = await checkCounts({ expected, client, minPosition: minPosition.playback })
  const acceptance = await withLog(addresses, (log) => checkAcceptance(log, acknowledgements))
  return { playlists, songs, acceptance }
}

/** Of all processes of a service. */
const addressesOf = (service: string, { byPart }: Addresses): readonly string[] =>
  Object.entries(byPart).flatMap(([name, address]) =>
    name === service || name.startsWith(`${service}-`) ? [address] : [],
  )

/** A playlist that is there at the end. */
const somePlaylist = async (source: DemoSource): Promise<string> => {
  const alive = [...(await source.ends())].filter(([, end]) => end !== null && end.length > 0)
  return replayedPlaylistIdOf(alive[0]?.[0] ?? '')
}

const withLog = async <T>(addresses: Addresses, use: (log: Log) => Promise<T>): Promise<T> => {
  const { kafka: brokers, namespace } = configurationOf({ ...process.env, ...addresses.env })
  const log = await createKafkaLog({ brokers, namespace, logger: quiet })
  try {
    return await use(log)
  } finally {
    await log.close()
  }
}
