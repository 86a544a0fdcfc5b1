import { namesOf } from './names.ts'
import type { Settings } from './settings.ts'

/** A connector's configuration as Connect keeps it: text by key. */
export type ConnectorConfig = Readonly<Record<string, string>>

/**
 * The Debezium connector that carries the catalogue's tables into one topic, in the order of the database's log.
 * Names of schemas don't depend on the namespace, so every platform has the same.
 */
export function connectorConfigOf(settings: Settings): ConnectorConfig {
  const { connector, changes, heartbeats } = namesOf(settings)
  return {
    name: connector,
    'connector.class': 'io.debezium.connector.postgresql.PostgresConnector',
    'tasks.max': '1',
    ...databaseOf(settings),
    ...captureOf(settings),
    ...durabilityOf(connector),
    ...routingOf(changes, heartbeats),
    ...topicsOf(heartbeats),
    ...producer,
    ...convertersOf(settings.registry),
  }
}

/** What every record's schema is named after: `catalogue.public.track.Envelope`. */
const prefix = 'catalogue'
const tables = ['artist', 'album', 'track', 'track_artist']

function databaseOf(settings: Settings): ConnectorConfig {
  const url = new URL(namesOf(settings).database)
  const sslMode = url.searchParams.get('sslmode')
  return {
    'database.hostname': url.hostname.replace(/^\[|\]$/g, ''),
    'database.port': url.port || '5432',
    'database.user': decodeURIComponent(url.username),
    ...(url.password === '' ? {} : { 'database.password': decodeURIComponent(url.password) }),
    'database.dbname': url.pathname.slice(1),
    ...(sslMode === null ? {} : { 'database.sslmode': sslMode }),
  }
}

function captureOf(settings: Settings): ConnectorConfig {
  const { slot, publication, connector } = namesOf(settings)
  return {
    'topic.prefix': prefix,
    // The prefix is the same in every namespace, and the names of a worker's metrics are not shared.
    'custom.metric.tags': `connector=${connector}`,
    'table.include.list': [...tables, 'heartbeat'].map((table) => `public\\.${table}`).join(','),
    'plugin.name': 'pgoutput',
    'slot.name': slot,
    'publication.name': publication,
    'publication.autocreate.mode': 'disabled',
    'tombstones.on.delete': 'false',
    // Headers are dear, and these say what the topic says.
    'extended.headers.enabled': 'false',
    // Dates are days since 1970, times text.
    'time.precision.mode': 'adaptive',
    'decimal.handling.mode': 'string',
    'poll.interval.ms': '50',
    'max.batch.size': '2048',
    'max.queue.size': '8192',
    'max.queue.size.in.bytes': '8388608',
    'snapshot.fetch.size': '2000',
  }
}

function durabilityOf(connector: string): ConnectorConfig {
  return {
    // Also after the slot was lost, when what it still had to tell is gone: everything is read anew.
    'snapshot.mode': 'when_needed',
    // However long the database is away.
    'errors.max.retries': '-1',
    'retriable.restart.connector.wait.ms': '1000',
    // The server may take a while to see that the former holder of the slot is dead.
    'slot.max.retries': '120',
    'slot.retry.delay.ms': '1000',
    'heartbeat.interval.ms': '5000',
    'heartbeat.action.query': `UPDATE heartbeat SET beat_at = now() /* ${connector} */`,
  }
}

/** All tables into one topic of one partition: only there do they keep the order of the database's commits. */
function routingOf(changes: string, heartbeats: string): ConnectorConfig {
  const router = 'org.apache.kafka.connect.transforms.RegexRouter'
  return {
    transforms: 'changes,heartbeats',
    'transforms.changes.type': router,
    // Replaced is what the expression finds first, so without its end `track` would be found in `track_artist`.
    'transforms.changes.regex': `${prefix}\\.public\\.(?:${tables.join('|')})$`,
    'transforms.changes.replacement': changes,
    'transforms.heartbeats.type': router,
    'transforms.heartbeats.regex': `(?:${prefix}\\.public\\.heartbeat|__debezium-heartbeat\\.${prefix})$`,
    'transforms.heartbeats.replacement': heartbeats,
  }
}

/** The same topics as the platform's services make, whoever comes first. */
function topicsOf(heartbeats: string): ConnectorConfig {
  const both = { 'replication.factor': '-1', partitions: '1' }
  const log = {
    'cleanup.policy': 'delete',
    'retention.ms': '-1',
    'retention.bytes': '-1',
    'message.timestamp.type': 'LogAppendTime',
    'max.message.bytes': '1048588',
  }
  return {
    ...under('topic.creation.default', { ...both, ...log }),
    'topic.creation.groups': 'heartbeats',
    ...under('topic.creation.heartbeats', {
      include: heartbeats.replaceAll('.', '\\.'),
      ...both,
      'cleanup.policy': 'delete',
      'retention.ms': '3600000',
      'message.timestamp.type': 'LogAppendTime',
    }),
  }
}

/** In order, also after a retry. Small batches leave at once; under load they fill while one is on its way. */
const producer: ConnectorConfig = under('producer.override', {
  acks: 'all',
  'enable.idempotence': 'true',
  'max.in.flight.requests.per.connection': '1',
  'linger.ms': '0',
  'batch.size': '262144',
  'compression.type': 'none',
})

function convertersOf(registry: string): ConnectorConfig {
  return {
    'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'key.converter.schemas.enable': 'false',
    'value.converter': 'io.apicurio.registry.utils.converter.AvroConverter',
    ...under('value.converter.apicurio.registry', {
      url: registry.replace(/\/apis\/ccompat\/.*$/, '/apis/registry/v2'),
      'auto-register': 'true',
      'find-latest': 'false',
      'artifact-resolver-strategy': 'io.apicurio.registry.serde.avro.strategy.TopicRecordIdStrategy',
      // Confluent's wire format: a zero byte and the schema's id before the Avro bytes, no headers.
      'as-confluent': 'true',
      'use-id': 'contentId',
      'headers.enabled': 'false',
      // An id never changes its meaning; the default asks again every 30 s.
      'check-period-ms': '86400000',
    }),
  }
}

function under(path: string, config: ConnectorConfig): ConnectorConfig {
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [`${path}.${key}`, value]))
}
