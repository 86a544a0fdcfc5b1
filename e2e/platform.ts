import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from '@opensearch-project/opensearch'
import { changeSchema } from '@reprise/adapters/testing/change-schema.ts'
import { ensureLocalKeys, type MintOptions, mintToken } from '@reprise/cli/local-keys.ts'
import { namesOf } from '@reprise/connect/names.ts'
import { settingsOf } from '@reprise/connect/settings.ts'
import { createSlotAccess } from '@reprise/connect/slot.ts'
import { type Configuration, configurationOf } from '@reprise/core/configuration.ts'
import { storeNamesOf } from '@reprise/core/layout/store-names.ts'
import { down } from '@reprise/infra/down.ts'
import type { Part } from '@reprise/infra/part.ts'
import { engines, furtherProducers, services } from '@reprise/infra/parts.ts'
import { kill, pidOf, restart } from '@reprise/infra/restart.ts'
import { logPathOf } from '@reprise/infra/supervise/spawn-part.ts'
import { up } from '@reprise/infra/up.ts'
import { deleteIndexes } from './delete-indexes.ts'

/** The services as processes of their own, on the engines of the test run, with topics and tables of their own. */
export type Platform = {
  readonly command: string
  /** Every command process: `producers`, `producers-2` and so on. They share the partitions. */
  readonly commands: readonly string[]
  readonly query: string
  /** Where a service listens. */
  readonly addressOf: (service: string) => string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly tokenOf: (userId: string, changes?: Partial<MintOptions>) => Promise<string>
  readonly kill: (service: string) => Promise<void>
  /** Stops a service in order. */
  readonly halt: (service: string) => Promise<void>
  /** Starts a service that was halted, where it was. */
  readonly start: (service: string) => Promise<void>
  readonly restart: (service: string) => Promise<void>
  /** Stops a service as if its machine stood still; the answer lets it go on. */
  readonly pause: (service: string) => () => void
  readonly stop: () => Promise<void>
}

/** Stops an engine of the test run in order, and starts it again. */
export const restartEngine = async (name: EngineName): Promise<void> =>
  void (await restart(engineNamed(name)))

/** Kills an engine of the test run as a crash would, and starts it again. */
export const crashEngine = async (name: EngineName): Promise<void> => {
  await kill(name)
  await restartEngine(name)
}

type EngineName = 'kafka' | 'registry' | 'cassandra' | 'opensearch' | 'postgres' | 'connect'

const engineNamed = (name: EngineName): Part => {
  const part = engines.find((engine) => engine.name === name)
  if (part === undefined) throw new Error(`there is no engine ${name}`)
  return part
}

/** Connect and the database are shared by all platforms of a test run: a slot that nobody reads keeps the log on disk. */
const removeConnector = async (environment: Platform['environment']): Promise<void> => {
  const settings = settingsOf(environment)
  const { connector, database, slot } = namesOf(settings)
  await fetch(`${settings.connect}/connectors/${connector}`, { method: 'DELETE' })
  const slots = createSlotAccess(database, slot)
  await slots.drop().finally(() => slots.close())
}

/** Else they would be recovered by an engine that another test kills. */
const removeIndexes = async ({ openSearch: node, namespace }: Configuration): Promise<void> => {
  const client = new Client({ node })
  await deleteIndexes(client, storeNamesOf(namespace).indexPrefix)
  await client.close()
}

/** A node keeps memory for every table. */
const removeKeyspace = (configuration: Configuration): Promise<void> =>
  changeSchema(configuration, `DROP KEYSPACE IF EXISTS ${storeNamesOf(configuration.namespace).keyspace}`)

/** Starts the services and waits until they are ready. */
export const startPlatform = async (
  options: {
    readonly commandProcesses?: number
    /** Leaves some out, or starts them in another way. */
    readonly changed?: (parts: readonly Part[]) => readonly Part[]
    readonly environment?: Readonly<Record<string, string>>
  } = {},
): Promise<Platform> => {
  const stateDir = await mkdtemp(join(tmpdir(), 'reprise-e2e-'))
  await ensureLocalKeys(stateDir)
  const environment: Record<string, string | undefined> = {
    ...process.env,
    REPRISE_STATE: stateDir,
    REPRISE_JWKS: join(stateDir, 'keys', 'jwks.json'),
    REPRISE_NAMESPACE: `e2e_${randomBytes(4).toString('hex')}`,
    REPRISE_PARTITIONS: '4',
    // A process that was killed holds its partitions for so long.
    REPRISE_SESSION_MS: '2000',
    ...options.environment,
  }
  const further = furtherProducers(options.commandProcesses ?? 1)
  const all = [...services, ...further]
  const parts = options.changed?.(all) ?? all
  const starting = { stateDir, env: environment, lifetime: 'process', lockWaitMs: 60_000 } as const
  const { byPart } = await up({ ...starting, parts, ports: 'free', temporary: true })
  const { issuer, audience } = configurationOf(environment)
  const partNamed = (name: string) => {
    const part = parts.find((each) => each.name === name)
    if (part === undefined) throw new Error(`there is no service ${name}`)
    return part
  }
  const signalTo = (service: string, signal: NodeJS.Signals) => {
    const pid = pidOf(service, stateDir)
    if (pid === undefined) {
      const log = readFileSync(logPathOf(stateDir, service), 'utf8')
      throw new Error(`${service} doesn't run; its log ends with\n${log.slice(-3_000)}`)
    }
    process.kill(pid, signal)
  }

  return {
    command: byPart['producers'] ?? '',
    query: byPart['query-api'] ?? '',
    addressOf: (service) => byPart[service] ?? '',
    commands: ['producers', ...further.map(({ name }) => name)].map((name) => byPart[name] ?? ''),
    environment,
    tokenOf: (userId, changes) => mintToken(stateDir, userId, { issuer, audience, ...changes }),
    kill: (service) => kill(service, stateDir),
    halt: async (service) => {
      const [stopped] = await down({ stateDir, only: [service], lockWaitMs: 60_000 })
      if (stopped?.how !== 'ended') throw new Error(`${service} did not end by itself: ${stopped?.how}`)
    },
    start: async (service) => {
      const part = partNamed(service)
      const port = new URL(byPart[service] ?? '').port
      const env = {
        ...environment,
        ...Object.fromEntries(part.ports.map(({ variable }) => [variable, port])),
      }
      await up({ ...starting, env, parts: [part], ports: 'fixed' })
    },
    restart: async (service) => void (await restart(partNamed(service), starting)),
    pause: (service) => {
      signalTo(service, 'SIGSTOP')
      return () => signalTo(service, 'SIGCONT')
    },
    stop: async () => {
      await down({ stateDir, lockWaitMs: 60_000 })
      if (parts.some(({ name }) => name === 'connector')) await removeConnector(environment)
      await removeIndexes(configurationOf(environment))
      await removeKeyspace(configurationOf(environment))
    },
  }
}
