import { Client as OpenSearch } from '@opensearch-project/opensearch'
import { Client as Cassandra } from 'cassandra-driver'
import { createKafkaClient } from '@reprise/adapters/kafka/kafka-client.ts'
import { configurationOf } from '@reprise/core/configuration.ts'
import { quiet } from '@reprise/core/quiet-logger.ts'
import { deleteIndexes } from '@reprise/e2e/delete-indexes.ts'

/** Every namespace that a bench makes begins with this. */
const ours = /^(reprise_)?bench_/

/**
 * Removes what earlier benches left in the engines that are up: with the tables of a few dozen namespaces Cassandra has no
 * memory left for a bench, and everything seems three times slower than it is.
 */
export const dropEarlier = async (env: Readonly<Record<string, string | undefined>>): Promise<void> => {
  const { kafka, cassandra, cassandraDatacenter, openSearch } = configurationOf(env)
  if (env['REPRISE_KAFKA'] !== undefined) await dropTopics(kafka)
  if (env['REPRISE_CASSANDRA'] !== undefined) await dropKeyspaces(cassandra, cassandraDatacenter)
  if (env['REPRISE_OPENSEARCH'] !== undefined) await dropIndexes(openSearch)
}

const dropTopics = async (brokers: readonly string[]): Promise<void> => {
  const admin = createKafkaClient({ brokers, logger: quiet, requestTimeoutMs: 30_000 }).admin()
  await admin.connect()
  const topics = (await admin.listTopics()).filter((topic) => ours.test(topic))
  if (topics.length > 0) await admin.deleteTopics({ topics, timeout: 30_000 })
  await admin.disconnect()
}

const dropKeyspaces = async (contactPoints: readonly string[], localDataCenter: string): Promise<void> => {
  const client = new Cassandra({
    contactPoints: [...contactPoints],
    localDataCenter,
    socketOptions: { readTimeout: 60_000 },
  })
  const { rows } = await client.execute('SELECT keyspace_name FROM system_schema.keyspaces')
  const keyspaces = rows.map((row) => String(row['keyspace_name'])).filter((name) => ours.test(name))
  for (const keyspace of keyspaces) await client.execute(`DROP KEYSPACE ${keyspace}`)
  await client.shutdown()
}

const dropIndexes = async (node: string): Promise<void> => {
  const client = new OpenSearch({ node })
  await deleteIndexes(client, 'bench_')
  await client.close()
}
