import { Client, errors } from '@opensearch-project/opensearch'
import { coalesced } from '@reprise/core/coalesced.ts'
import type { Logger } from '@reprise/core/ports/logger.port.ts'
import type { DocumentIndex, DocumentStore, DocumentWrite } from '@reprise/core/ports/document-store.port.ts'
import { StoreUnavailable } from '@reprise/core/ports/store-failure.ts'
import { createLossNotice } from '../loss-notice.ts'
import { createPulse, type Incarnations } from '../pulse.ts'
import { bulkBodies, checkItems } from './bulk.ts'

/** Where OpenSearch is. */
export type OpenSearchOptions = {
  readonly node: string
  /** Goes before every index name; empty for none. */
  readonly prefix: string
  readonly logger: Logger
}

/** A bulk of 5 MB, or the refresh after it, takes seconds on a busy node. */
const slow = { requestTimeout: 30_000 } as const

type Document = Readonly<Record<string, unknown>>

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

  const nameOf = ({ name }: DocumentIndex) => `${options.prefix}${name}`

  return {
    ensure: (index) =>
      asking(async () => {
        const { body: exists } = await client.indices.exists({ index: nameOf(index) })
        if (!exists)
          await client.indices
            .create({ index: nameOf(index), body: creationOf(index) as never, timeout: '25s' }, slow)
            .catch(alreadyThere)
        await client.indices.putAlias({ index: nameOf(index), name: writeAliasOf(nameOf(index)) })
      }),
    get: (index, ids) =>
      asking(async () => {
        if (ids.length === 0) return new Map<string, Document>()
        const { body } = await client.mget({ index: nameOf(index), body: { ids: [...ids] }, realtime: true })
        const found = body.docs as readonly {
          _id: string
          found?: boolean
          _source?: Document
          error?: { reason: string }
        }[]
        const failed = found.find(({ error }) => error !== undefined)
        if (failed) throw new StoreUnavailable(`OpenSearch does not answer: ${failed.error?.reason ?? ''}`)
        return new Map(
          found.flatMap(({ _id, found: there, _source }) => (there ? [[_id, _source ?? {}]] : [])),
        )
      }),
    write: (index, writes: readonly DocumentWrite[]) =>
      asking(async () => {
        for (const body of bulkBodies(writeAliasOf(nameOf(index)), writes)) {
          const { body: answer } = await client.bulk({ body: body as never, require_alias: true }, slow)
          checkItems(answer.items)
        }
      }),
    refresh: (index) => {
      const name = nameOf(index)
      const shared =
        refreshes.get(name) ??
        coalesced(async () => {
          await client.indices.refresh({ index: name }, slow)
        })
      refreshes.set(name, shared)
      return asking(shared)
    },
    search: (index, body) =>
      asking(async () => {
        const { body: answer } = await client.search({
          index: nameOf(index),
          // A shard that fails is a store that can't answer, never a shorter answer.
          allow_partial_search_results: false,
          body: { track_total_hits: true, ...body },
        })
        const { total, hits } = answer.hits as unknown as Hits
        return {
          total: typeof total === 'number' ? total : total.value,
          hits: hits.map((hit) => ({
            id: hit._id,
            score: hit._score ?? 0,
            document: hit._source ?? {},
            sort: hit.sort ?? [],
          })),
        }
      }),
    onLost,
    close: async () => {
      pulse.stop()
      await client.close()
    },
  }
}

type Hits = {
  readonly total: number | { readonly value: number }
  readonly hits: readonly {
    readonly _id: string
    readonly _score: number | null
    readonly _source?: Document
    readonly sort?: readonly unknown[]
  }[]
}

/** One shard and no replica suit one node; refreshing is asked for, not timed. Unknown fields are refused, not guessed. */
const creationOf = ({ mappings, settings }: DocumentIndex) => ({
  settings: { number_of_shards: 1, number_of_replicas: 0, refresh_interval: '-1', ...settings },
  mappings: { dynamic: 'strict', ...mappings },
})

const alreadyThere = (reason: unknown): void => {
  if (reason instanceof errors.ResponseError && /resource_already_exists/.test(reason.message)) return
  throw reason
}

/** Answers that mean "not now"; also a missing index, which comes back when the projectors start again. */
const failureOf = (cause: unknown): Error => {
  if (cause instanceof StoreUnavailable) return cause
  const isNotNow =
    cause instanceof errors.ConnectionError ||
    cause instanceof errors.TimeoutError ||
    cause instanceof errors.NoLivingConnectionsError ||
    (cause instanceof errors.ResponseError && isPassing(cause.statusCode))
  if (isNotNow) return new StoreUnavailable(`OpenSearch does not answer: ${cause.message}`, { cause })
  return cause instanceof Error ? cause : new Error(String(cause))
}

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

const isPassing = (status: number): boolean => status === 404 || status === 429 || status >= 500

/**
 * Bulks name this alias and require it to be one. A bulk to an index that was deleted under us would create it again
 * with guessed mappings, and a view without its past; so it fails instead, until `ensure` has made both.
 */
const writeAliasOf = (index: string): string => `${index}-write`
