import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Part, PartContext } from '../part.ts'
import { askHttp } from '../supervise/ask-http.ts'
import { classPathOf, jvmFlags, writeLog4j } from './jvm.ts'

/** A Kafka Connect worker with Debezium's connector for PostgreSQL and the registry's Avro converter. */
export const connect: Part = {
  name: 'connect',
  kind: 'engine',
  needs: ['kafka', 'registry'],
  ports: [{ name: 'client', number: 8083, variable: 'REPRISE_CONNECT_PORT' }],
  addressVariable: 'REPRISE_CONNECT',
  addressOf: (ports) => `http://127.0.0.1:${ports.client}`,
  java: '21+',
  artefact: {
    name: 'connect',
    version: '4.3.1',
    dependencies: [
      'org.apache.kafka:connect-runtime:4.3.1',
      'org.apache.kafka:connect-json:4.3.1',
      'io.debezium:debezium-connector-postgres:3.7.0.Final',
      'io.apicurio:apicurio-registry-utils-converter:2.6.13.Final',
      'org.apache.logging.log4j:log4j-slf4j-impl:2.25.5',
    ],
    exclusions: ['org.apache.kafka:kafka-tools-api'],
  },
  prepare: async (context) => {
    await writeLog4j(context.dir)
    await writeFile(configPathOf(context), propertiesOf(context))
  },
  command: (context) => ({
    file: context.java,
    args: [
      ...connectJvm(context),
      ...classPathOf(context),
      'org.apache.kafka.connect.cli.ConnectDistributed',
      configPathOf(context),
    ],
  }),
  // Unlike the list of connectors, this answers only after the worker has joined its group.
  ready: async ({ ports }, signal) => {
    await askHttp(`http://127.0.0.1:${ports.client}/health`, signal)
  },
  readyTimeoutMs: 120_000,
  stopSignal: 'SIGTERM',
  stopTimeoutMs: 30_000,
}

function connectJvm({ dir }: PartContext): string[] {
  return [...jvmFlags, '-Xms64m', '-Xmx256m', `-Dlog4j2.configurationFile=${join(dir, 'log4j2.xml')}`]
}

function configPathOf({ dir }: PartContext): string {
  return join(dir, 'worker.properties')
}

/** Connectors bring converters of their own; the worker's are for whoever names none. */
function propertiesOf({ addresses, ports }: PartContext): string {
  return `bootstrap.servers=${addresses.kafka}
group.id=reprise-connect
listeners=http://127.0.0.1:${ports.client}
rest.advertised.host.name=127.0.0.1
key.converter=org.apache.kafka.connect.json.JsonConverter
value.converter=org.apache.kafka.connect.json.JsonConverter
config.storage.topic=connect-configs
config.storage.replication.factor=1
offset.storage.topic=connect-offsets
offset.storage.replication.factor=1
offset.storage.partitions=1
status.storage.topic=connect-status
status.storage.replication.factor=1
status.storage.partitions=1
offset.flush.interval.ms=1000
connector.client.config.override.policy=All
# everything is on the class path, so there is nothing to scan
plugin.discovery=service_load
# after a crash, the worker's next start waits until its former self has timed out, and nothing longer
scheduled.rebalance.max.delay.ms=0
session.timeout.ms=4000
heartbeat.interval.ms=1000
`
}
