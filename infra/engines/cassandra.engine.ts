import { mkdir, writeFile } from 'node:fs/promises'
import { totalmem } from 'node:os'
import { join } from 'node:path'
import type { Part, PartContext } from '../part.ts'
import { askCassandra } from './ask-cassandra.ts'
import { cassandraModuleFlags } from './cassandra-module-flags.ts'
import { classPathOf, jvmFlags } from './jvm.ts'

/** One Cassandra node. */
export const cassandra: Part = {
  name: 'cassandra',
  kind: 'engine',
  needs: [],
  ports: [
    { name: 'client', number: 9042, variable: 'REPRISE_CASSANDRA_PORT' },
    { name: 'storage', number: 7000, variable: 'REPRISE_CASSANDRA_STORAGE_PORT' },
  ],
  addressVariable: 'REPRISE_CASSANDRA',
  addressOf: (ports) => `127.0.0.1:${ports.client}`,
  java: '17',
  artefact: {
    name: 'cassandra',
    version: '5.0.9',
    dependencies: ['org.apache.cassandra:cassandra-all:5.0.9'],
    exclusions: [],
  },
  prepare,
  command: (context) => ({
    file: context.java,
    args: [...cassandraJvm(context), ...classPathOf(context), 'org.apache.cassandra.service.CassandraDaemon'],
  }),
  ready: ({ ports }, signal) => askCassandra(ports.client ?? 0, signal),
  // It flushes and compacts with all threads that it has, beside who answers people on the same cores.
  niceness: 10,
  readyTimeoutMs: 120_000,
  stopSignal: 'SIGTERM',
  stopTimeoutMs: 30_000,
}

/** A sixteenth of the machine's memory, from half a gigabyte to one: with more of it less is flushed and merged. */
const heapMb = Math.round(Math.min(Math.max(totalmem() / 2 ** 20 / 16, 512), 1_024))

function cassandraJvm({ dir, artefactDir }: PartContext): string[] {
  return [
    ...jvmFlags,
    `-Xms${heapMb}m`,
    `-Xmx${heapMb}m`,
    '-Xss512k',
    ...cassandraModuleFlags,
    `-javaagent:${join(artefactDir, 'lib', 'jamm-0.4.0.jar')}`,
    `-Dcassandra.config=file:${join(dir, 'cassandra.yaml')}`,
    `-Dcassandra.storagedir=${join(dir, 'data')}`,
    `-Dcassandra.logdir=${dir}`,
    `-Dlogback.configurationFile=file:${join(dir, 'logback.xml')}`,
    '-Dcassandra-foreground=yes',
    // Nobody to gossip with, and no ring to wait for.
    '-Dcassandra.skip_wait_for_gossip_to_settle=0',
    '-Dcassandra.ring_delay_ms=0',
  ]
}

async function prepare(context: PartContext): Promise<void> {
  await mkdir(context.dir, { recursive: true })
  await writeFile(join(context.dir, 'cassandra.yaml'), yamlOf(context))
  await writeFile(join(context.dir, 'logback.xml'), logback)
}

/** `commitlog_sync: periodic` is what law 11 is written for: fast, and kill -9 loses a tail. */
function yamlOf({ dir, ports }: PartContext): string {
  const data = join(dir, 'data')
  return `cluster_name: reprise
num_tokens: 1
partitioner: org.apache.cassandra.dht.Murmur3Partitioner
commitlog_sync: periodic
commitlog_sync_period: 10000ms
# A list's touched pages and head are written in one batch of one partition: at most half a commit log segment.
batch_size_warn_threshold: 4MiB
batch_size_fail_threshold: 15MiB
# Where every node has every row, a batch may well be for many partitions; a warning goes with each answer, and is slow to make.
unlogged_batch_across_partitions_warn_threshold: 1000
commitlog_directory: ${data}/commitlog
data_file_directories: [${data}/data]
saved_caches_directory: ${data}/saved_caches
hints_directory: ${data}/hints
cdc_raw_directory: ${data}/cdc
endpoint_snitch: SimpleSnitch
listen_address: 127.0.0.1
rpc_address: 127.0.0.1
native_transport_port: ${ports.client}
storage_port: ${ports.storage}
seed_provider:
  - class_name: org.apache.cassandra.locator.SimpleSeedProvider
    parameters: [{seeds: "127.0.0.1:${ports.storage}"}]
memtable_allocation_type: heap_buffers
auto_snapshot: false
materialized_views_enabled: false
disk_access_mode: standard
`
}

const logback = `<configuration>
  <appender name="out" class="ch.qos.logback.core.ConsoleAppender">
    <encoder><pattern>%d{ISO8601} %-5level %logger{0} %msg%n</pattern></encoder>
  </appender>
  <root level="INFO"><appender-ref ref="out"/></root>
</configuration>
`
