import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { runTool } from '../artefacts/run-tool.ts'
import type { Part, PartContext } from '../part.ts'
import { askHttp } from '../supervise/ask-http.ts'
import { jvmFlags } from './jvm.ts'

/** Apicurio Registry behind its Confluent API; schemas are kept in Kafka. */
export const registry: Part = {
  name: 'registry',
  kind: 'engine',
  needs: ['kafka'],
  ports: [
    { name: 'client', number: 8081, variable: 'REPRISE_REGISTRY_PORT' },
    { name: 'management', number: 8082, variable: 'REPRISE_REGISTRY_MANAGEMENT_PORT' },
  ],
  addressVariable: 'REPRISE_REGISTRY',
  addressOf: (ports) => `http://127.0.0.1:${ports.client}/apis/ccompat/v7`,
  java: '21+',
  artefact: {
    name: 'registry',
    version: '3.3.3',
    dependencies: ['io.apicurio:apicurio-registry-app:3.3.3:tar.gz:all'],
    exclusions: ['*:*'],
    finish: unpack,
  },
  command: (context) => ({
    file: context.java,
    args: [...registryJvm(context), '-jar', join(context.artefactDir, 'app', 'quarkus-run.jar')],
  }),
  ready: ({ ports }, signal) =>
    askCompatibility(`http://127.0.0.1:${ports.client}/apis/ccompat/v7/config`, signal),
  readyTimeoutMs: 120_000,
  stopSignal: 'SIGTERM',
  stopTimeoutMs: 15_000,
}

function registryJvm({ ports, addresses }: PartContext): string[] {
  const settings = {
    'apicurio.storage.kind': 'kafkasql',
    'apicurio.kafkasql.bootstrap.servers': addresses.kafka,
    // At start it polls the empty snapshot topic twice for this long; the default of 5 s is most of its start.
    'apicurio.kafkasql.consumer.poll.timeout': 250,
    'quarkus.http.host': '127.0.0.1',
    'quarkus.http.port': ports.client,
    'quarkus.management.host': '127.0.0.1',
    'quarkus.management.port': ports.management,
    // At INFO it prints every Kafka client's configuration, hundreds of lines a start.
    'quarkus.log.level': 'WARN',
  }
  // It serves a few requests per start of a service: the quick compiler starts it faster and takes less memory.
  const flags = [...jvmFlags, '-XX:TieredStopAtLevel=1', '-Xms64m', '-Xmx160m']
  return [...flags, ...Object.entries(settings).map(([name, value]) => `-D${name}=${value}`)]
}

/** Its own default is NONE, under which any schema would do. */
async function askCompatibility(url: string, signal: AbortSignal): Promise<void> {
  if (await isFullTransitive(url, signal)) return
  const body = JSON.stringify({ compatibility: 'FULL_TRANSITIVE' })
  await askHttp(url, signal, { method: 'PUT', body, headers: { 'content-type': 'application/json' } })
  if (!(await isFullTransitive(url, signal))) throw new Error('the compatibility is not FULL_TRANSITIVE yet')
}

async function isFullTransitive(url: string, signal: AbortSignal): Promise<boolean> {
  return (await askHttp(url, signal)).includes('FULL_TRANSITIVE')
}

async function unpack(dir: string): Promise<void> {
  const archive = (await readdir(join(dir, 'lib'))).find((name) => name.endsWith('.tar.gz'))
  if (archive === undefined) throw new Error('Maven brought no archive of the registry')
  await mkdir(join(dir, 'app'))
  await runTool({ file: 'tar', args: ['-xzf', join(dir, 'lib', archive), '-C', join(dir, 'app')] })
  await rm(join(dir, 'lib'), { recursive: true })
}
