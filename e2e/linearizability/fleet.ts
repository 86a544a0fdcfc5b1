import { configurationOf } from '@reprise/core/configuration.ts'
import type { Part } from '@reprise/infra/part.ts'
import { type Platform, startPlatform } from '../platform.ts'
import { createKafkaProxy, type KafkaProxy } from '../tcp-proxy.ts'

/** A command process and what can be done to it. */
export type FleetMember = { readonly name: string; readonly origin: string; readonly network: KafkaProxy }

/** Three command processes, each with a network of its own to the broker, and the query side. */
export type Fleet = {
  readonly platform: Platform
  readonly members: readonly FleetMember[]
  readonly stop: () => Promise<void>
}

/** After so long without a sign of life a process loses its partitions: the shortest that the broker allows. */
export const sessionMs = 2_000

/** Starts the fleet and waits until it is ready. */
export const startFleet = async (): Promise<Fleet> => {
  const broker = configurationOf(process.env).kafka[0] ?? ''
  const networks = new Map<string, KafkaProxy>()
  for (const name of names) networks.set(name, await createKafkaProxy(broker))
  const platform = await startPlatform({
    commandProcesses: names.length,
    changed: (parts) =>
      parts
        .filter(({ name }) => name !== 'connector')
        .map((part) => behind(part, networks.get(part.name)?.address)),
    environment: { REPRISE_SESSION_MS: String(sessionMs), REPRISE_WAIT_MS_MAX: '5000' },
  })
  return {
    platform,
    members: [...networks].map(([name, network]) => ({ name, network, origin: platform.addressOf(name) })),
    stop: async () => {
      await platform.stop()
      await Promise.all([...networks.values()].map((network) => network.close()))
    },
  }
}

const names = ['producers', 'producers-2', 'producers-3']

const behind = (part: Part, kafka: string | undefined): Part =>
  kafka === undefined
    ? part
    : {
        ...part,
        command: (context) => {
          const command = part.command(context)
          return { ...command, env: { ...command.env, REPRISE_KAFKA: kafka } }
        },
      }
