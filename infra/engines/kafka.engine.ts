import { access, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runTool } from '../artefacts/run-tool.ts'
import type { Part, PartContext } from '../part.ts'
import { askKafka } from './ask-kafka.ts'
import { classPathOf, jvmFlags, writeLog4j } from './jvm.ts'

/** Kafka with KRaft: broker and controller in one process. */
export const kafka: Part = {
  name: 'kafka',
  kind: 'engine',
  needs: [],
  ports: [
    { name: 'client', number: 9092, variable: 'REPRISE_KAFKA_PORT' },
    { name: 'controller', number: 9093, variable: 'REPRISE_KAFKA_CONTROLLER_PORT' },
  ],
  addressVariable: 'REPRISE_KAFKA',
  addressOf: (ports) => `127.0.0.1:${ports.client}`,
  java: '21+',
  artefact: {
    name: 'kafka',
    version: '4.4.0',
    dependencies: ['org.apache.kafka:kafka_2.13:4.4.0', 'org.apache.logging.log4j:log4j-slf4j-impl:2.25.5'],
    exclusions: ['org.apache.kafka:kafka-tools-api'],
  },
  prepare,
  command: (context) => ({
    file: context.java,
    args: [
      ...kafkaJvm(context),
      '-Xms128m',
      '-Xmx448m',
      ...classPathOf(context),
      'kafka.Kafka',
      configPathOf(context),
    ],
  }),
  ready: ({ ports }, signal) => askKafka(ports.client ?? 0, signal),
  readyTimeoutMs: 90_000,
  stopSignal: 'SIGTERM',
  stopTimeoutMs: 30_000,
}

async function prepare(context: PartContext): Promise<void> {
  await mkdir(context.dir, { recursive: true })
  await writeLog4j(context.dir)
  await writeFile(configPathOf(context), propertiesOf(context))
  const formatted = await access(join(context.dir, 'data', 'meta.properties')).then(
    () => true,
    () => false,
  )
  if (!formatted) await format(context)
}

async function format(context: PartContext): Promise<void> {
  const storageTool = [...classPathOf(context), 'kafka.tools.StorageTool', 'format', '--ignore-formatted']
  await runTool({
    file: context.java,
    args: [
      ...kafkaJvm(context),
      '-XX:TieredStopAtLevel=1',
      ...storageTool,
      '-t',
      clusterId,
      '-c',
      configPathOf(context),
    ],
  })
}

/** Any valid id does: a local cluster has nobody to be confused with. */
const clusterId = 'UmVwcmlzZS1Mb2NhbC0wMQ'

function kafkaJvm({ dir }: PartContext): string[] {
  return [...jvmFlags, `-Dlog4j2.configurationFile=${join(dir, 'log4j2.xml')}`]
}

function configPathOf({ dir }: PartContext): string {
  return join(dir, 'server.properties')
}

/** Ours are the topics with settings of their own; what is set here is for one broker and for everyone else's topics. */
function propertiesOf({ dir, ports }: PartContext): string {
  return `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${ports.controller}
listeners=PLAINTEXT://127.0.0.1:${ports.client},CONTROLLER://127.0.0.1:${ports.controller}
advertised.listeners=PLAINTEXT://127.0.0.1:${ports.client}
inter.broker.listener.name=PLAINTEXT
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs=${join(dir, 'data')}
auto.create.topics.enable=false
num.partitions=1
default.replication.factor=1
# the registry keeps its schemas in a topic that it creates without a retention of its own
log.retention.ms=-1
message.max.bytes=2097152
replica.fetch.max.bytes=2097152
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
offsets.topic.segment.bytes=4194304
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=2
transaction.state.log.segment.bytes=4194304
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=1
`
}
