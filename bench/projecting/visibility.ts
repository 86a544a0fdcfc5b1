import { v7 as uuidv7 } from 'uuid'
import { ensureTopics } from '@reprise/adapters/kafka/topics.ts'
import { documentLayoutOf } from '@reprise/core/layout/document-layout.ts'
import { rowLayoutOf } from '@reprise/core/layout/row-layout.ts'
import { playlistDetails } from '@reprise/projectors/playlist-details.projection.ts'
import { playlistSearch } from '@reprise/projectors/playlist-search.projection.ts'
import { atRate, type Figure, figureOf } from '../measure.ts'
import { createWritePath } from '../write-path.ts'
import { benchBareVisibility } from './bare-visibility.ts'
import { connect, quiet } from './connections.ts'
import { startWorker } from './workers.ts'

type Environment = Readonly<Record<string, string | undefined>>

const perSecond = 1_000
const seconds = Number(process.env['BENCH_SECONDS'] ?? 20)
/** Engines that have just started answer several times slower; what they are like from then on is what counts. */
const warmUpSeconds = 60
const playlists = 5_000
/** One command of so many is looked for in Cassandra, and one of so many in search: looking takes the stores' time too. */
const rowEvery = 50
const documentEvery = 200

/**
 * How soon after its acknowledgement a command is in Cassandra and in search: 1,000 commands/s in an open loop through
 * the write path, all projections in one worker; after a minute samples are looked for in the stores themselves.
 */
export const benchVisibility = async (own: Environment): Promise<readonly Figure[]> => {
  const namespace = `${own['REPRISE_NAMESPACE']}_v`
  Object.assign(process.env, { REPRISE_NAMESPACE: namespace })
  const { configuration, log, codec, stores, close } = await connect()
  await ensureTopics({ brokers: configuration.kafka, namespace, partitions: 16, logger: quiet })
  const job = { topic: 'playlist-events', projections: [], store: 'real', follows: true } as const
  const path = await createWritePath({ log, rows: stores.rows, codec })
  const ids = Array.from({ length: playlists }, () => uuidv7())
  for (let at = 0; at < ids.length; at += 500) await Promise.all(ids.slice(at, at + 500).map(path.create))
  const worker = startWorker('engine', job, { ...own, REPRISE_NAMESPACE: namespace })
  await worker.run

  const { table, fromStored } = rowLayoutOf(playlistDetails)
  const { index } = documentLayoutOf(playlistSearch)
  const isInRow = async (id: string, version: number) => {
    const [row] = await stores.rows.read(table, { partition: { playlist_id: id } })
    return row !== undefined && (fromStored(row).value?.streamVersion ?? 0) >= version
  }
  const isFound = async (id: string, version: number) => {
    const { hits } = await stores.documents.live.search([index], {
      query: { bool: { filter: [{ term: { 'folded.key': `playlist/${id}` } }] } },
    })
    return hits.some(({ document }) => (document['streamVersion'] as number) >= version)
  }
  const rowMs: number[] = []
  const documentMs: number[] = []
  let nth = 0
  const once = async () => {
    const mine = nth++
    const id = ids[mine % ids.length] ?? ''
    // Every playlist is at version 1 before its first edit, and is edited once a round.
    const version = 2 + Math.floor(mine / ids.length)
    await path.addOne(id)
    const acknowledged = performance.now()
    if (mine < perSecond * warmUpSeconds) return
    if (mine % rowEvery === 0) rowMs.push(await msUntil(() => isInRow(id, version), acknowledged, 2))
    else if (mine % documentEvery === 1)
      documentMs.push(await msUntil(() => isFound(id, version), acknowledged, 25))
  }
  await atRate(once, perSecond, warmUpSeconds + seconds)
  await worker.end()
  await path.commands.close()
  await close()
  const bare = await benchBareVisibility()
  return figuresOf(sorted(rowMs), sorted(documentMs), bare)
}

const figuresOf = (
  rowMs: readonly number[],
  documentMs: readonly number[],
  bare: Awaited<ReturnType<typeof benchBareVisibility>>,
): readonly Figure[] => {
  const shared = { section: 'projections', unit: 'ms' }
  const one = (figure: string, value: number, ceiling: number, most: number) =>
    figureOf({ ...shared, figure, value, ceiling, goal: `≤ ${most} ms` }, () => value <= most)
  const name = `acknowledged command to visible in Cassandra at ${perSecond}/s`
  return [
    one(`${name}, p50 of ${rowMs.length}`, at(rowMs, 0.5), at(bare.rowMs, 0.5), 30),
    one(`${name}, p99 of ${rowMs.length}`, at(rowMs, 0.99), at(bare.rowMs, 0.99), 250),
    one(
      `to visible in search, p99 of ${documentMs.length}`,
      at(documentMs, 0.99),
      at(bare.documentMs, 0.99),
      1_500,
    ),
  ]
}

/** Looks again after a tenth of the time that it has taken so far, and at least this pause. */
const msUntil = async (isThere: () => Promise<boolean>, begin: number, pauseMs: number): Promise<number> => {
  while (!(await isThere())) {
    const waitMs = Math.max(pauseMs, (performance.now() - begin) / 10)
    await new Promise((resolve) => setTimeout(resolve, waitMs))
  }
  return performance.now() - begin
}

const sorted = (ms: readonly number[]): readonly number[] => ms.toSorted((a, b) => a - b)

/** A quantile, to a tenth of a millisecond. */
const at = (ms: readonly number[], part: number): number =>
  Math.round((ms[Math.floor(ms.length * part)] ?? 0) * 10) / 10
