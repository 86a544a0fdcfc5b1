import { Client, errors } from '@opensearch-project/opensearch'
import { coalesced } from '@reprise/core/coalesced.ts'
import type { Logger } from '@reprise/core/ports/logger.port.ts'
import type { DocumentIndex, DocumentStore, DocumentWrite } from '@reprise/core/ports/document-store.port.ts'
import { StoreUnavailable } from '@reprise/core/ports/store-failure.ts'
import { bulkBodies, checkItems, type BulkItem } from './bulk.ts'

/** Where OpenSearch is. */
export type OpenSearchOptions = {
  readonly node: string
  /** Goes before every index name; empty for none. */
  readonly prefix: string
  readonly logger: Logger
}

type Document = Readonly<Record<string, unknown>>

/**
 * The DocumentStore port on OpenSearch. Stamps are external versions; an answer 409 means that something newer is
 * stored, and is success. Refreshes are explicit and shared, because a watermark may be published only after one.
 */
export const createOpenSearchDocumentStore = (options: OpenSearchOptions): DocumentStore => {
  const client = new Client({ node: options.node, maxRetries: 0, requestTimeout: 10_000 })
  const refreshes = new Map<string, () => Promise<void>>()
  const listeners: (() => void)[] = []
  let isLost = false

  /** Told once per outage: the first failure, until an answer comes again. */
  const noticed = (reason: string) => {
    if (isLost) return
    isLost = true
    options.logger.warn({ store: 'opensearch', reason }, 'the connection was lost')
    for (const listener of listeners) listener()
  }
  const asking = async <T>(ask: () => Promise<T>): Promise<T> => {
    try {
      const answer = await ask()
      isLost = false
      return answer
    } catch (cause) {
      const failure = failureOf(cause)
      if (failure instanceof StoreUnavailable) noticed(failure.message)
      throw failure
    }
  }
  // An idle connection does not tell that the store was restarted; the search engine's process id would.
  const pulse = setInterval(() => void asking(() => client.ping()).catch(() => undefined), 1_000)
  pulse.unref()

  const nameOf = ({ name }: DocumentIndex) => `${options.prefix}${name}`

  return {
    ensure: (index) =>
      asking(async () => {
        const { body: exists } = await client.indices.exists({ index: nameOf(index) })
        if (exists) return
        await client.indices
          .create({ index: nameOf(index), body: creationOf(index) as never })
          .catch(alreadyThere)
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
        for (const body of bulkBodies(nameOf(index), writes)) {
          const { body: answer } = await client.bulk({ body: body as never })
          checkItems(answer.items as unknown as readonly BulkItem[])
        }
      }),
    refresh: (index) => {
      const name = nameOf(index)
      const shared =
        refreshes.get(name) ?? coalesced(async () => void (await client.indices.refresh({ index: name })))
      refreshes.set(name, shared)
      return asking(shared)
    },
    search: (index, body) =>
      asking(async () => {
        const { body: answer } = await client.search({
          index: nameOf(index),
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
    onLost: (listener) => void listeners.push(listener),
    close: async () => {
      clearInterval(pulse)
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
    (cause instanceof errors.ResponseError && [404, 429, 502, 503, 504].includes(cause.statusCode ?? 0))
  if (isNotNow) return new StoreUnavailable(`OpenSearch does not answer: ${cause.message}`, { cause })
  return cause instanceof Error ? cause : new Error(String(cause))
}
