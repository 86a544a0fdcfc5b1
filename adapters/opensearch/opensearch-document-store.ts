import { Client } from '@opensearch-project/opensearch'
import { coalesced } from '@reprise/core/coalesced.ts'
import type { Logger } from '@reprise/core/ports/logger.port.ts'
import { logicalNameOf } from '@reprise/core/layout/physical-index.ts'
import {
  DocumentsRefused,
  type Document,
  type DocumentHits,
  type DocumentStore,
  type DocumentWrite,
  type Refusal,
  type WantedDocuments,
} from '@reprise/core/ports/document-store.port.ts'
import { StoreUnavailable } from '@reprise/core/ports/store-failure.ts'
import { createLossNotice } from '../loss-notice.ts'
import { createOneTurn, fitting } from '../one-turn.ts'
import { createPulse, type Incarnations } from '../pulse.ts'
import { bulkBodies, refusalsIn } from './bulk.ts'
import { createLiveIndexes, indexNamesOf } from './live-index.ts'
import { failureOf, withRemedy } from './opensearch-failure.ts'

/** Where OpenSearch is. */
export type OpenSearchOptions = {
  readonly node: string
  /** Goes before every index name; empty for none. */
  readonly prefix: string
  readonly logger: Logger
}

/** A bulk of 5 MB, or the refresh after it, takes seconds on a busy node. */
const slow = { requestTimeout: 30_000 } as const

/** So many documents of one turn of the event loop go together: each bulk is written to disk before it is answered. */
const documentsMax = 500

/**
 * The DocumentStore port on OpenSearch. Stamps are external versions; an answer 409 means that something newer is
 * stored, and is success. Refreshes are explicit and shared, because a watermark may be published only after one.
 */
export const createOpenSearchDocumentStore = (options: OpenSearchOptions): DocumentStore => {
  const client = new Client({ node: options.node, maxRetries: 0, requestTimeout: 10_000 })
  const refreshes = new Map<string, () => Promise<void>>()
  const { watch, lost, onLost } = createLossNotice((reason) =>
    options.logger.warn({ store: 'opensearch', reason }, 'the connection was lost'),
  )
  const asking = <T>(ask: () => Promise<T>): Promise<T> =>
    watch(async () => {
      try {
        return await ask()
      } catch (cause) {
        throw failureOf(cause)
      }
    })
  const pulse = createPulse({
    ask: () => asking(() => incarnationsOf(client)),
    onRestart: () => lost('a node of the cluster was restarted'),
  })

  const names = indexNamesOf(options.prefix)
  const { ensure, isLive, promote } = createLiveIndexes(client, options.prefix)
  const get = (name: string, ids: readonly string[]) => asking(() => documentsIn(client, name, ids))
  const refresh = (name: string) => {
    const shared = refreshes.get(name) ?? coalesced(() => refreshOnce(client, name))
    refreshes.set(name, shared)
    return asking(shared)
  }
  const write = createOneTurn<Writes, undefined>({
    keyOf: ({ alias }) => alias,
    cut: fitting(({ writes }) => [writes.length], [documentsMax]),
    send: async (calls) => {
      const writes = calls.flatMap((call) => call.writes)
      await asking(() => writeIn(client, calls[0]?.alias ?? '', writes))
      return calls.map(() => undefined)
    },
  })
  const logicalOf = (physical: string) => logicalNameOf(physical.slice(options.prefix.length))
  const search = (searched: readonly string[], body: Document) =>
    asking(async () => hitsOf(await searchIn(client, searched, body), logicalOf))

  return {
    ensure: (index) => asking(() => ensure(index)),
    get: (index, ids) => get(names.physicalOf(index), ids),
    write: (index, writes) => write({ alias: names.writersOf(index), writes }),
    refresh: (index) => refresh(names.physicalOf(index)),
    find: async (index, wanted) => {
      const { hits } = await search([names.physicalOf(index)], findingOf(wanted))
      return hits.map(({ id }) => id)
    },
    isLive: (index) => asking(() => isLive(index)),
    promote: (index, isAsNew) => asking(() => promote(index, isAsNew)),
    live: {
      get: (index, ids) => get(names.liveOf(index), ids),
      refresh: (index) => refresh(names.liveOf(index)),
      search: (indexes, body) => search(indexes.map(names.liveOf), body),
    },
    onLost,
    close: async () => {
      pulse.stop()
      await client.close()
    },
  }
}

type Writes = { readonly alias: string; readonly writes: readonly DocumentWrite[] }

const documentsIn = async (client: Client, index: string, ids: readonly string[]) => {
  if (ids.length === 0) return new Map<string, Document>()
  const { body } = await client.mget({ index, body: { ids: [...ids] }, realtime: true })
  const found = body.docs as readonly Found[]
  const failed = found.find(({ error }) => error !== undefined)
  if (failed)
    throw new StoreUnavailable(`OpenSearch does not answer: ${withRemedy(failed.error?.reason ?? '')}`)
  return new Map(found.flatMap(({ _id, found: there, _source }) => (there ? [[_id, _source ?? {}]] : [])))
}

type Found = {
  readonly _id: string
  readonly found?: boolean
  readonly _source?: Document
  readonly error?: { readonly reason: string }
}

const writeIn = async (client: Client, alias: string, writes: readonly DocumentWrite[]): Promise<void> => {
  const refused = new Map<string, Refusal>()
  for (const body of bulkBodies(alias, writes)) {
    const { body: answer } = await client.bulk({ body: body as never, require_alias: true }, slow)
    for (const [id, refusal] of refusalsIn(answer.items)) refused.set(id, refusal)
  }
  if (refused.size > 0) throw new DocumentsRefused(refused)
}

const refreshOnce = async (client: Client, index: string): Promise<void> => {
  await client.indices.refresh({ index }, slow)
}

const findingOf = ({ field, values, sortedBy, limit, after }: WantedDocuments) => ({
  query: { bool: { filter: { terms: { [field]: values } } } },
  sort: [{ [sortedBy]: 'asc' }],
  size: limit,
  _source: false,
  track_total_hits: false,
  ...(after !== undefined && { search_after: [after] }),
})

const searchIn = async (client: Client, indexes: readonly string[], body: Document): Promise<Hits> => {
  const { body: answer } = await client.search({
    index: [...indexes],
    // A shard that fails is a store that can't answer, never a shorter answer.
    allow_partial_search_results: false,
    body: { track_total_hits: true, ...body },
  })
  return answer.hits as unknown as Hits
}

type Hits = {
  readonly total?: number | { readonly value: number }
  readonly hits: readonly {
    readonly _index: string
    readonly _id: string
    readonly _score: number | null
    readonly _source?: Document
    readonly sort?: readonly unknown[]
    readonly highlight?: Readonly<Record<string, readonly string[]>>
  }[]
}

const hitsOf = ({ total = 0, hits }: Hits, logicalOf: (physical: string) => string): DocumentHits => ({
  total: typeof total === 'number' ? total : total.value,
  hits: hits.map((hit) => ({
    index: logicalOf(hit._index),
    id: hit._id,
    score: hit._score ?? 0,
    document: hit._source ?? {},
    sort: hit.sort ?? [],
    highlight: hit.highlight ?? {},
  })),
})

/** Each start of a node gives it a new ephemeral id. */
const incarnationsOf = async (client: Client): Promise<Incarnations> => {
  const answer = await client.cluster.state(
    { metric: ['nodes'], filter_path: ['cluster_uuid', 'nodes.*.ephemeral_id'] },
    { requestTimeout: 3_000 },
  )
  const state = answer.body as unknown as ClusterState
  const ids = Object.entries(state.nodes ?? {}).map(([node, { ephemeral_id: id }]) => [node, id] as const)
  return new Map([['cluster', state.cluster_uuid], ...ids])
}

type ClusterState = {
  readonly cluster_uuid: string
  readonly nodes?: Readonly<Record<string, { readonly ephemeral_id: string }>>
}
