import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureLocalKeys, localJwksPath, mintToken } from '@reprise/cli/local-keys.ts'
import { configurationOf } from '@reprise/core/configuration.ts'
import { commandFlags } from '@reprise/infra/parts.ts'

/** Processes to be measured, on engines that are up, in a namespace of their own. */
export type CommandProcesses = {
  readonly ports: readonly number[]
  readonly namespace: string
  readonly token: string
  readonly stop: () => Promise<void>
}

type Environment = Readonly<Record<string, string | undefined>>

const flags = ['--disable-warning=TimeoutNegativeWarning', ...commandFlags]

/** Starts so many processes of a program that listens on REPRISE_COMMAND_PORT, and waits until they are ready. */
export const startProcesses = async (options: {
  readonly environment: Environment
  readonly count: number
  /** From the root of the project. */
  readonly program: string
}): Promise<CommandProcesses> => {
  const { count, program } = options
  const stateDir = await mkdtemp(join(tmpdir(), 'reprise-bench-'))
  await ensureLocalKeys(stateDir)
  const namespace = `bench_${Date.now().toString(36)}`
  const environment = {
    ...process.env,
    ...options.environment,
    REPRISE_JWKS: localJwksPath(stateDir),
    REPRISE_NAMESPACE: namespace,
    REPRISE_LOG_LEVEL: 'warn',
  }
  const { issuer, audience } = configurationOf(environment)
  const ports = await Promise.all(Array.from({ length: count }, freePort))
  const file = join(import.meta.dirname, '..', program)
  const children: ChildProcess[] = []
  for (const port of ports) {
    const env = { ...environment, REPRISE_COMMAND_PORT: String(port) }
    children.push(spawn(process.execPath, [...flags, file], { env, stdio: 'inherit' }))
    // One after the other: the first one makes the topics.
    await ready(port)
  }
  return {
    ports,
    namespace,
    token: await mintToken(stateDir, 'bench', { issuer, audience }),
    stop: async () => {
      for (const child of children) {
        child.kill('SIGTERM')
        if (child.exitCode === null) await once(child, 'exit')
      }
    },
  }
}

const ready = async (port: number): Promise<void> => {
  for (const until = Date.now() + 60_000; ;) {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined)
    if (answer?.ok) return
    if (Date.now() > until) throw new Error('a process was not ready in a minute')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address ? address.port : 0
}
