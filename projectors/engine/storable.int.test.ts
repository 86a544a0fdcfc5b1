import { randomBytes } from 'node:crypto'
import { Client as OpenSearch } from '@opensearch-project/opensearch'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createCassandraRowStore } from '@reprise/adapters/cassandra/cassandra-row-store.ts'
import { createInMemoryLog } from '@reprise/adapters/in-memory/log.in-memory.ts'
import { createOpenSearchDocumentStore } from '@reprise/adapters/opensearch/opensearch-document-store.ts'
import { changeSchema } from '@reprise/adapters/testing/change-schema.ts'
import { columns, instant, int, json, text } from '@reprise/core/columns.ts'
import { configurationOf } from '@reprise/core/configuration.ts'
import { documentLayoutOf } from '@reprise/core/layout/document-layout.ts'
import {
  cassandraPages,
  cassandraTable,
  openSearchIndex,
  partialCount,
  projection,
  quarantineKey,
} from '@reprise/core/projection.ts'
import { quiet } from '@reprise/core/quiet-logger.ts'
import { createCountReader } from '@reprise/core/readers/count-reader.ts'
import { createListReader } from '@reprise/core/readers/list-reader.ts'
import { createRowReader } from '@reprise/core/readers/row-reader.ts'
import { createHistoryWriter } from '../testing/history-writer.ts'
import { startInMemory } from '../testing/in-memory-run.ts'
import { createOperator } from '../testing/operator.ts'
import type { Stores } from './create-view.ts'

const configuration = configurationOf(process.env)
const { cassandra: contactPoints, cassandraDatacenter, openSearch: node } = configuration
const keyspace = `storable_${randomBytes(4).toString('hex')}`
const prefix = `${keyspace}_`

/** As large as a value may be, in characters of three bytes; and one that may not. */
const large = '字'.repeat(1_000_000)
/** In a list, which counts too. */
const most = large.slice(4)
const item = '字'.repeat(4_000)
const term = '字'.repeat(10_922)
const longId = 'u'.repeat(512)
const numberOf = (trackId: string) => (trackId === 'bad' ? NaN : 2 ** 31 - 1)

const common = { version: 1, from: 'library-events', onFailure: quarantineKey({ attempts: 1 }) } as const
const inRows = projection({
  ...common,
  name: 'rows',
  row: columns({ userId: text(), nth: int(), own: text(), more: json<readonly string[]>({}), at: instant() }),
  store: cassandraTable({ partitionKey: ['userId'], clustering: ['nth'] }),
  key: ({ meta, offset }) => ({ userId: meta.streamId, nth: offset }),
  on: {
    TrackLiked: (_none, { meta, data, offset }) => {
      const at = numberOf(data.trackId) * 2 ** 22
      // A few of them are enough.
      return offset > 12 ? null : { userId: meta.streamId, nth: offset, own: large, more: [most], at }
    },
  },
})
const inPages = projection({
  ...common,
  name: 'pages',
  row: columns({ own: text(), count: int() }),
  store: cassandraPages({ partitionKey: 'userId' }),
  key: ({ meta }) => ({ userId: meta.streamId }),
  on: { TrackLiked: (list, { data }) => list.insert(0, { own: item, count: numberOf(data.trackId) }) },
})
const inCounts = projection({
  ...common,
  name: 'counts',
  row: columns({ count: int() }),
  store: partialCount({ partitionKey: 'userId', clustering: 'day' }),
  key: ({ meta }) => ({ userId: meta.streamId, day: '' }),
  on: {
    TrackLiked: ({ data, offset }) => [
      { slot: offset < 5 ? 'first' : `slot ${offset}`, add: { count: numberOf(data.trackId) * 2 ** 19 } },
    ],
  },
})
const inDocuments = projection({
  ...common,
  name: 'documents',
  row: columns({ userId: text(), own: text(), term: text(), count: int(), year: int() }),
  store: openSearchIndex({
    id: 'userId',
    mappings: {
      userId: { type: 'keyword' },
      own: { type: 'keyword', index: false, doc_values: false },
      term: { type: 'keyword' },
      count: { type: 'integer' },
      year: { type: 'short' },
    },
  }),
  key: ({ meta }) => ({ userId: meta.streamId }),
  on: {
    TrackLiked: (_row, { meta, data }) => {
      const count = numberOf(data.trackId)
      return { userId: meta.streamId, own: large, term, count, year: -(2 ** 15) }
    },
  },
})
const views = [inRows, inPages, inCounts, inDocuments]

let stores: Stores
beforeAll(async () => {
  const rows = await createCassandraRowStore({
    contactPoints,
    datacenter: cassandraDatacenter,
    keyspace,
    logger: quiet,
  })
  stores = { rows, documents: createOpenSearchDocumentStore({ node, prefix, logger: quiet }) }
})
afterAll(async () => {
  await changeSchema(configuration, `DROP KEYSPACE IF EXISTS ${keyspace}`)
  const openSearch = new OpenSearch({ node })
  await openSearch.indices.delete({ index: `${prefix}*` })
  await Promise.all([openSearch.close(), stores.rows.close(), stores.documents.close()])
})

test('the real stores keep whatever is let through to them, and what is not stops its own key alone', async () => {
  const log = createInMemoryLog({ partitions: 1 })
  const { append } = createHistoryWriter(log, 'library-events', 1)
  const like = (user: string, trackId: string) => append(user, { type: 'TrackLiked', data: { trackId } })
  for (let nth = 0; nth < 12; nth++) like(longId, 'fine')
  const { offset } = like('bob', 'bad')
  for (let nth = 0; nth < 250; nth++) like('cid', 'fine')
  const run = await startInMemory(views, { log, stores })
  for (const view of views) await run.untilApplied(view)
  await run.close()

  for (const view of views)
    expect(await createOperator(log, view).letters()).toEqual([
      expect.objectContaining({ offset, error: expect.stringContaining("can't hold NaN") }),
    ])
  const rows = await createRowReader(stores.rows, inRows).list({ userId: longId }, { limit: 100 })
  expect(rows.map(({ value }) => value.own === large && value.more[0] === most)).toEqual(Array(12).fill(true))
  const list = await createListReader(stores.rows, inPages)('cid', { from: 0, count: 1_000 })
  expect(list?.items.filter(({ own }) => own === item)).toHaveLength(250)
  const counts = await createCountReader(stores.rows, inCounts)(longId, [''])
  expect(counts.get('')?.get('first')?.count).toBe(5 * (2 ** 31 - 1) * 2 ** 19)
  const { index, fromStored } = documentLayoutOf(inDocuments)
  const document = (await stores.documents.get(index, [longId])).get(longId)
  const kept = document && fromStored(document).value
  expect(kept?.own === large && kept.term === term).toBe(true)
})

test('a document that the real index refuses stops its own key alone, with projection, field and reason', async () => {
  const view = projection({
    ...common,
    name: 'structured',
    row: columns({ userId: text(), last: json<Readonly<Record<string, string>>>({}) }),
    store: openSearchIndex({
      id: 'userId',
      mappings: { userId: { type: 'keyword' }, last: { properties: { track: { type: 'keyword' } } } },
    }),
    key: ({ meta }) => ({ userId: meta.streamId }),
    on: {
      TrackLiked: (_row, { meta, data }) => {
        const last = { track: data.trackId, ...(data.trackId === 'bad' && { more: '' }) }
        return { userId: meta.streamId, last }
      },
    },
  })
  const log = createInMemoryLog({ partitions: 1 })
  const { append } = createHistoryWriter(log, 'library-events', 1)
  const like = (user: string, trackId: string) => append(user, { type: 'TrackLiked', data: { trackId } })
  for (let nth = 0; nth < 50; nth++) like(`user-${nth % 7}`, 'fine')
  const { offset } = like('user-3', 'bad')
  for (let nth = 0; nth < 50; nth++) like(`user-${nth % 7}`, `later-${nth}`)
  like('user-3', 'bad')
  const run = await startInMemory([view], { log, stores })
  await run.untilApplied(view).finally(run.close)

  expect(await createOperator(log, view).letters()).toEqual([
    expect.objectContaining({
      offset,
      groups: ['user-3'],
      error: expect.stringContaining(
        "structured: field last.more can't be stored, its index refuses it: strict_",
      ),
    }),
  ])
  const { index, fromStored } = documentLayoutOf(view)
  const documents = await stores.documents.get(index, ['user-3', 'user-4'])
  const lastOf = (id: string) => fromStored(documents.get(id) ?? {}).value?.last
  expect([lastOf('user-3'), lastOf('user-4')]).toEqual([{ track: 'fine' }, { track: 'later-46' }])
})
