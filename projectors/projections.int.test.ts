import { randomBytes } from 'node:crypto'
import { Client as OpenSearch } from '@opensearch-project/opensearch'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createCassandraRowStore } from '@reprise/adapters/cassandra/cassandra-row-store.ts'
import { createInMemoryLog } from '@reprise/adapters/in-memory/log.in-memory.ts'
import { createInMemoryStores } from '@reprise/adapters/in-memory/stores.in-memory.ts'
import { createKafkaLog } from '@reprise/adapters/kafka/kafka-log.ts'
import { ensureTopics } from '@reprise/adapters/kafka/topics.ts'
import { createOpenSearchDocumentStore } from '@reprise/adapters/opensearch/opensearch-document-store.ts'
import { createRegistryCodec } from '@reprise/adapters/registry/registry-codec.ts'
import { changeSchema } from '@reprise/adapters/testing/change-schema.ts'
import { configurationOf } from '@reprise/core/configuration.ts'
import { presentOnly } from '@reprise/core/layout/document-layout.ts'
import { storeNamesOf } from '@reprise/core/layout/store-names.ts'
import type { DocumentStore } from '@reprise/core/ports/document-store.port.ts'
import type { EventCodec } from '@reprise/core/ports/event-codec.port.ts'
import type { Log } from '@reprise/core/ports/log.port.ts'
import type { RowStore } from '@reprise/core/ports/row-store.port.ts'
import { quiet } from '@reprise/core/quiet-logger.ts'
import { type EventTopic, partitionCountOf } from '@reprise/schemas/topics.ts'
import { findProjections } from './engine/find-projections.ts'
import type { AnyDeclaration } from './engine/run-projection.ts'
import { playlistSearch } from './playlist-search.projection.ts'
import { writeCatalogueHistory } from './testing/catalogue-history.ts'
import { codec as plainCodec, isJson } from './testing/codec.ts'
import { cutShort, withoutGroups } from './testing/faults.ts'
import { createHistoryWriter } from './testing/history-writer.ts'
import { indexOf, runInMemory, startInMemory, tableOf } from './testing/in-memory-run.ts'
import { createdPlaylist } from './testing/playlist-history.ts'
import { createRandom } from './testing/random.ts'
import { eventWriters } from './testing/topic-history.ts'

const partitions = 3
const configuration = configurationOf(process.env)
const { kafka: brokers, registry: url, cassandra: contactPoints, openSearch: node } = configuration
const namespace = `views_${randomBytes(4).toString('hex')}`
const { keyspace, indexPrefix } = storeNamesOf(namespace)
const projections = await findProjections(new URL('.', import.meta.url))

let log: Log
let codec: EventCodec
let rows: RowStore
let documents: DocumentStore

/** What Debezium would write is JSON here: its own registry client isn't ours to test. */
const withJson = (real: EventCodec): EventCodec => ({
  ...real,
  learn: (values) => real.learn(values.filter((value) => !isJson(value))),
  decode: (bytes) => (isJson(bytes) ? plainCodec : real).decode(bytes),
})

/** Copies a history that was made in memory into the real log, encoded against the real registry. */
const copy = async (topic: EventTopic, seed: number, events: number): Promise<void> => {
  const made = createInMemoryLog({ partitions })
  if (topic === 'catalogue-changes') writeCatalogueHistory(made, createRandom(seed), { events })
  else {
    const writer = createHistoryWriter(made, topic, partitions)
    const random = createRandom(seed)
    eventWriters[topic](writer, random, { topic, partitions, random, events, noise: true })
    if (topic === 'playlist-events') writer.append('found', createdPlaylist('Fête de la Musique'))
  }
  const appender = await log.createAppender(topic)
  for (let partition = 0; partition < partitionCountOf(topic, partitions); partition++)
    await appender.append(
      made.recordsOf(topic, partition).map(({ key, value, eventId, eventType, previous }) => ({
        partition,
        key,
        value: isJson(value) ? value : codec.encode(topic, eventType, plainCodec.decode(value).value),
        headers: { ce_id: eventId, ce_type: eventType, ...(previous !== undefined && { previous }) },
      })),
    )
  await appender.close()
}

/** The views as an independent run in memory makes them of the same log, against those of the real stores. */
const compare = async (projection: AnyDeclaration): Promise<void> => {
  const expected = createInMemoryStores()
  await runInMemory(projection, { log: withoutGroups(log), stores: expected, codec })
  if (projection.store.kind === 'document') {
    const index = indexOf(projection)
    const all = [...expected.documents.documentsOf(index)].filter(([id]) => !id.startsWith('checkpoint_'))
    const found = await documents.get(
      index,
      all.map(([id]) => id),
    )
    expect(all.length).toBeGreaterThan(3)
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(all))
    return
  }
  const table = tableOf(projection)
  const ownerOf = (row: Record<string, unknown>) =>
    JSON.stringify(table.partitionKey.map((name) => row[name]))
  const owners = new Map(expected.rows.rowsOf(table).map((row) => [ownerOf(row), row]))
  expect(owners.size).toBeGreaterThan(3)
  for (const row of owners.values()) {
    const partition = Object.fromEntries(table.partitionKey.map((name) => [name, row[name] ?? '']))
    expect(await rows.read(table, { partition })).toEqual(await expected.rows.read(table, { partition }))
  }
}

beforeAll(async () => {
  await ensureTopics({ brokers, namespace, partitions, logger: quiet })
  log = await createKafkaLog({ brokers, namespace, logger: quiet })
  codec = withJson(await createRegistryCodec({ url, namespace, logger: quiet }))
  const datacenter = configuration.cassandraDatacenter
  rows = await createCassandraRowStore({ contactPoints, datacenter, keyspace, logger: quiet })
  documents = createOpenSearchDocumentStore({ node, prefix: indexPrefix, logger: quiet })
  await copy('playlist-events', 5, 400)
  await copy('playback-events', 6, 600)
  await copy('catalogue-changes', 7, 400)
  await copy('library-events', 8, 300)
})

afterAll(async () => {
  await changeSchema(configuration, `DROP KEYSPACE IF EXISTS ${keyspace}`)
  const openSearch = new OpenSearch({ node })
  await openSearch.indices.delete({ index: `${indexPrefix}*` })
  await Promise.all([openSearch.close(), rows.close(), documents.close(), log.close()])
})

describe('on the real engines', () => {
  test('views equal an independent fold of the log, after a stop in the middle and a start', async () => {
    const half = await startInMemory(projections, {
      log: cutShort(log, 60),
      stores: { rows, documents },
      codec,
    })
    await Promise.all(projections.map(half.untilApplied))
    await half.close()
    const run = await startInMemory(projections, { log, stores: { rows, documents }, codec })
    await Promise.all(projections.map(run.untilApplied))
    await run.close()
    for (const projection of projections) await compare(projection)
  })

  test('what progress says is visible to a search', async () => {
    const { hits } = await documents.live.search([indexOf(playlistSearch)], {
      query: { bool: { filter: [presentOnly, { term: { 'folded.key': 'playlist/found' } }] } },
    })
    expect(hits.map(({ document }) => document['name'])).toEqual(['Fête de la Musique'])
  })

  test('everything again from the first record changes nothing', async () => {
    const again = await createCassandraRowStore({
      contactPoints,
      datacenter: configuration.cassandraDatacenter,
      keyspace,
      logger: quiet,
    })
    const forgetful: RowStore = {
      ...again,
      read: (table, query) =>
        table.name.endsWith('_checkpoint') ? Promise.resolve([]) : again.read(table, query),
    }
    const run = await startInMemory(projections, {
      log: withoutGroups(log),
      stores: { rows: forgetful, documents },
      codec,
    })
    await Promise.all(projections.map(run.untilApplied))
    await run.close()
    await again.close()
    for (const projection of projections) await compare(projection)
  })
})
