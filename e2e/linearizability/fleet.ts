import { configurationOf } from '@reprise/core/configuration.ts'
import type { Part } from '@reprise/infra/part.ts'
import { producers, projectors, queryApi } from '@reprise/infra/parts.ts'
import { commandProcess, type Platform, startPlatform } from '../platform.ts'
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
  const networks = [
    await createKafkaProxy(broker),
    await createKafkaProxy(broker),
    await createKafkaProxy(broker),
  ]
  const processes = [producers, commandProcess(2), commandProcess(3)]
  const parts = processes.map((part, at) => behind(part, networks[at]?.address ?? ''))
  const platform = await startPlatform({
    parts: [...parts, projectors, queryApi],
    environment: { REPRISE_SESSION_MS: String(sessionMs), REPRISE_WAIT_MS_MAX: '5000' },
  })
  const members = parts.map(({ name }, at) => ({
    name,
    origin: platform.addressOf(name),
    network: networks[at] as KafkaProxy,
  }))
  return {
    platform,
    members,
    stop: async () => {
      await platform.stop()
      await Promise.all(networks.map((network) => network.close()))
    },
  }
}

const behind = (part: Part, kafka: string): Part => ({
  ...part,
  command: (context) => {
    const command = part.command(context)
    return { ...command, env: { ...command.env, REPRISE_KAFKA: kafka } }
  },
})
