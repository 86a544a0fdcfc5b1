import { Client } from 'cassandra-driver'
import { rowsOf } from '@reprise/adapters/cassandra/cassandra-statements.ts'
import { createOpenSearchDocumentStore } from '@reprise/adapters/opensearch/opensearch-document-store.ts'
import { configurationOf } from '@reprise/core/configuration.ts'
import { countLayoutOf, eachSlot } from '@reprise/core/layout/count-layout.ts'
import { documentLayoutOf } from '@reprise/core/layout/document-layout.ts'
import { headPage, listLayoutOf } from '@reprise/core/layout/list-layout.ts'
import { rowLayoutOf } from '@reprise/core/layout/row-layout.ts'
import { storeNamesOf } from '@reprise/core/layout/store-names.ts'
import type { StoredRow, Table } from '@reprise/core/ports/row-store.port.ts'
import { quiet } from '@reprise/core/quiet-logger.ts'
import { listeningHistory } from '@reprise/projectors/listening-history.projection.ts'
import { playTotals } from '@reprise/projectors/play-totals.projection.ts'
import { playlistDetails } from '@reprise/projectors/playlist-details.projection.ts'
import { playlistSearch } from '@reprise/projectors/playlist-search.projection.ts'
import { playlistTracks } from '@reprise/projectors/playlist-tracks.projection.ts'
import { songCounts } from '@reprise/projectors/song-counts.projection.ts'
import type { Platform } from '../platform.ts'
import type { Folded, Rows } from './independent-fold.ts'

/** The views that are compared. */
export const comparedViews = [
  playlistDetails,
  playlistTracks,
  playlistSearch,
  listeningHistory,
  songCounts,
  playTotals,
] as const

/** All that the stores hold of these views; of search the documents of these ids. */
export const storedViews = async (platform: Platform, playlistIds: readonly string[]): Promise<Folded> => {
  const { cassandra, cassandraDatacenter: localDataCenter, namespace } = configurationOf(platform.environment)
  const { keyspace } = storeNamesOf(namespace)
  const client = new Client({
    contactPoints: [...cassandra],
    localDataCenter,
    encoding: { useBigIntAsLong: false },
  })
  const all = async (table: Table): Promise<readonly StoredRow[]> => {
    const { rows } = await client.execute(`SELECT * FROM ${keyspace}.${table.name}`, [], {
      fetchSize: 100_000,
    })
    return rowsOf(table, rows)
  }
  try {
    return {
      'playlist-details': await detailsIn(all),
      'playlist-tracks': await tracksIn(all),
      'playlist-search': await documentsOf(platform, playlistIds),
      'listening-history': await historyIn(all),
      'song-counts': await countsIn(all, songCounts),
      'play-totals': await countsIn(all, playTotals),
    }
  } finally {
    await client.shutdown()
  }
}

type ReadAll = (table: Table) => Promise<readonly StoredRow[]>

const detailsIn = async (all: ReadAll): Promise<Rows> => {
  const { table, fromStored } = rowLayoutOf(playlistDetails)
  return Object.fromEntries((await all(table)).map((row) => [String(row['playlist_id']), fromStored(row)]))
}

const historyIn = async (all: ReadAll): Promise<Rows> => {
  const { table, fromStored } = rowLayoutOf(listeningHistory)
  const states = (await all(table)).map(fromStored)
  return Object.fromEntries(
    states.map((state) => {
      const { userId, year, startedAt, identity } = state.value ?? {}
      return [[userId, year, startedAt, identity].join(' '), state]
    }),
  )
}

const tracksIn = async (all: ReadAll): Promise<Rows> => {
  const { table, headFromStored, pageFromStored } = listLayoutOf(playlistTracks)
  const rows = Map.groupBy(await all(table), (row) => String(row['playlist_id']))
  return Object.fromEntries(
    [...rows].map(([id, stored]) => {
      const first = stored.find((row) => row['page_'] === headPage)
      if (first === undefined) throw new Error(`list ${id} has no head`)
      const head = headFromStored(first)
      const pages = new Map(
        stored
          .filter((row) => row !== first)
          .map((row) => [row['page_'] as number, pageFromStored(row).items]),
      )
      const items = head.pages.flatMap(([page]) => pages.get(page) ?? [])
      return [id, { position: head.position, value: { streamVersion: head.streamVersion, items } }]
    }),
  )
}

const countsIn = async (all: ReadAll, projection: Parameters<typeof countLayoutOf>[0]): Promise<Rows> => {
  const { table, keyOf, fromStored } = countLayoutOf(projection)
  const columns = Object.keys(projection.row).length
  return Object.fromEntries(
    (await all(table)).map((row) => {
      const { owner, bucket, partition } = keyOf(row)
      const { position, value } = fromStored(row)
      return [
        [owner, bucket, partition].join(' '),
        { position, value: Object.fromEntries(eachSlot(value, columns)) },
      ]
    }),
  )
}

/** `folded` is left out: it is made of the name alone, and has tests of its own. */
const documentsOf = async (platform: Platform, ids: readonly string[]): Promise<Rows> => {
  const { openSearch: node, namespace } = configurationOf(platform.environment)
  const { indexPrefix: prefix } = storeNamesOf(namespace)
  const documents = createOpenSearchDocumentStore({ node, prefix, logger: quiet })
  const { index, fromStored } = documentLayoutOf(playlistSearch)
  const found = await documents.get(index, ids)
  await documents.close()
  return Object.fromEntries(
    [...found].map(([id, document]) => {
      const { position, value } = fromStored(document)
      if (value === null) return [id, { position, value }]
      const { folded: _folded, ...shown } = value
      return [id, { position, value: shown }]
    }),
  )
}
