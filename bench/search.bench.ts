import { join } from 'node:path'
import { Client } from '@opensearch-project/opensearch'
import { startHttpService } from '@reprise/adapters/http/http-service.ts'
import { createOpenSearchDocumentStore } from '@reprise/adapters/opensearch/opensearch-document-store.ts'
import { catalogueSourceOf } from '@reprise/cli/catalogue/catalogue-source.ts'
import type { Document, DocumentStore, IndexName } from '@reprise/core/ports/document-store.port.ts'
import { quiet } from '@reprise/core/quiet-logger.ts'
import { entitiesOf, nameOf } from '@reprise/e2e/search-relevance/catalogue-entities.ts'
import { readJudgedQueries } from '@reprise/e2e/search-relevance/judged-query.ts'
import { deleteIndexes } from '@reprise/e2e/delete-indexes.ts'
import { fillAll, sourcesOf } from '@reprise/e2e/search-relevance/searching.ts'
import { queryRouter } from '@reprise/query-api/http/query-router.ts'
import { searchQuery } from '@reprise/query-api/search/search.query.ts'
import { suggestQuery } from '@reprise/query-api/search/suggest.query.ts'
import { type Figure, type Measured, openCalls } from './measure.ts'

const perSecond = 50
const calls = 1_000

/** Each call once, at the rate that is measured. */
const inTurn = (calls: readonly (() => Promise<unknown>)[]): Promise<Measured> =>
  openCalls(async (nth) => calls[nth]?.(), perSecond, calls.length / perSecond)

type Sent = { readonly indexes: readonly IndexName[]; readonly body: Document }

/** Search and suggestions over HTTP, beside the bare client with the very bodies that they send. */
export const benchSearch = async (node: string): Promise<readonly Figure[]> => {
  const prefix = `bench_${Date.now().toString(36)}_`
  const documents = createOpenSearchDocumentStore({ node, prefix, logger: quiet })
  const client = new Client({ node })
  const sent: Sent[] = []
  const http = await serve(recording(documents, sent))
  try {
    const queries = await fillAndTake(documents)
    const searched = (path: string) => `http://127.0.0.1:${http.port}${path}`
    const bare = ({ indexes, body }: Sent) =>
      client.search({ index: indexes.map(({ name }) => `${prefix}${name}-live`), body })
    const measure = async (figure: string, paths: readonly string[], goalMs: number): Promise<Figure> => {
      const asked = paths.map((path) => () => ask(searched(path)))
      await inTurn(asked.slice(0, 500))
      sent.length = 0
      const through = await inTurn(asked)
      const direct = await inTurn(directly(sent, bare))
      const ratio = Math.round((through.p99Ms / direct.p99Ms) * 100) / 100
      console.log(
        `${figure} at ${perSecond}/s: p50 ${through.p50Ms} ms, p99 ${through.p99Ms} ms; ` +
          `the bare client with the same bodies: p50 ${direct.p50Ms} ms, p99 ${direct.p99Ms} ms; ratio ${ratio}`,
      )
      const common = { section: 'search', figure: `${figure}, p99 at ${perSecond}/s`, unit: 'ms', ratio }
      const holds = through.p99Ms <= goalMs
      return { ...common, value: through.p99Ms, ceiling: direct.p99Ms, goal: `≤ ${goalMs} ms`, holds }
    }
    return [
      await measure('search over HTTP', searchPaths(queries), 50),
      await measure('suggestions over HTTP', suggestPaths(queries), 30),
    ]
  } finally {
    await http.close()
    await documents.close()
    await deleteIndexes(client, prefix)
    await client.close()
  }
}

/** Indexes the catalogue, and resolves to what is typed: the judged queries, or names where the real data is missing. */
const fillAndTake = async (documents: DocumentStore): Promise<readonly string[]> => {
  const source = catalogueSourceOf({ projectRoot: join(import.meta.dirname, '..'), env: process.env })
  const entities = entitiesOf(await source.read())
  const begin = performance.now()
  const filled = await fillAll(documents, entities)
  const seconds = (performance.now() - begin) / 1_000
  console.log(`${filled} documents indexed in ${Math.round(seconds)} s: ${Math.round(filled / seconds)}/s`)
  if (filled > 100_000) return (await readJudgedQueries()).map(({ q }) => q)
  return entities.all.slice(0, 600).map((entity) => nameOf(entity).slice(0, 200))
}

const searchPaths = (queries: readonly string[]): readonly string[] =>
  each(queries, (q, at) => `/v1/search?q=${encodeURIComponent(at % 2 === 0 ? q : begun(q, at))}`)

const suggestPaths = (queries: readonly string[]): readonly string[] =>
  each(queries, (q, at) => `/v1/search/suggest?q=${encodeURIComponent(begun(q, at))}`)

const each = (queries: readonly string[], pathOf: (q: string, at: number) => string): readonly string[] =>
  Array.from({ length: calls }, (_, at) => pathOf(queries[at % queries.length] ?? '', at))

/** As far as somebody has typed it: every length is as likely. */
const begun = (q: string, at: number): string => {
  const characters = Array.from(q)
  return characters.slice(0, 1 + ((at * 7_919) % characters.length)).join('')
}

const recording = (documents: DocumentStore, sent: Sent[]): DocumentStore => ({
  ...documents,
  live: {
    ...documents.live,
    search: (indexes, body) => (sent.push({ indexes, body }), documents.live.search(indexes, body)),
  },
})

/** As many calls as there were queries: where a query was searched twice, so is this one. */
const directly = (sent: readonly Sent[], bare: (sent: Sent) => Promise<unknown>) => {
  const extra = sent.length - calls
  return Array.from({ length: calls }, (_, at) => async () => {
    const first = sent[at]
    const second = at < extra ? sent[calls + at] : undefined
    if (first) await bare(first)
    if (second) await bare(second)
  })
}

const serve = (documents: DocumentStore) => {
  const sources = sourcesOf(documents)
  const router = queryRouter({
    queries: [searchQuery(sources), suggestQuery(sources)],
    gate: () => Promise.resolve(),
    losses: () => 0,
    notReady: () => undefined,
  })
  return startHttpService({
    service: 'bench',
    host: '127.0.0.1',
    port: 0,
    logger: quiet,
    corsOrigins: [],
    routers: [router],
    ready: () => undefined,
  })
}

/** Every query has an answer; signs alone may be too few. */
const ask = async (url: string): Promise<void> => {
  const answer = await fetch(url)
  await answer.text()
  if (answer.status !== 200 && answer.status !== 422) throw new Error(`${url} answers ${answer.status}`)
}
