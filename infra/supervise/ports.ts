import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'
import type { Environment, Part, PortSpec } from '../part.ts'
import { holderOfPort } from './port-holder.ts'

export type Ports = Readonly<Record<string, number>>

const portMax = 65_535

/** The defaults, moved by whatever REPRISE_* variables are set. */
export function fixedPortsOf(part: Part, env: Environment): Ports {
  return Object.fromEntries(part.ports.map((spec) => [spec.name, numberOf(spec, env)]))
}

/** Ports that nobody listens on. They lie below the range from which systems take those of outgoing connections. */
export async function freePortsFor(part: Part, taken: Set<number>): Promise<Ports> {
  const chosen: [string, number][] = []
  for (const { name } of part.ports) chosen.push([name, await freePort(taken)])
  return Object.fromEntries(chosen)
}

/** Names every port that someone else holds, who it is where that can be known, and the variable that moves it. */
export async function conflictsOf(part: Part, ports: Ports): Promise<string[]> {
  const conflicts: string[] = []
  for (const { name, variable } of part.ports) {
    const port = ports[name]
    if (port === undefined || (await isFree(port))) continue
    const holder = (await holderOfPort(port)) ?? 'another process'
    conflicts.push(`port ${port} (${part.name}) is taken by ${holder}; ${variable}=<port> moves it`)
  }
  return conflicts
}

/** Names every port that several parts would take, and the variables that move them. */
export function sharedPortsOf(parts: readonly { readonly part: Part; readonly ports: Ports }[]): string[] {
  const wanted = parts.flatMap(({ part, ports }) =>
    part.ports.map(({ name, variable }) => ({ port: ports[name], part: part.name, variable })),
  )
  return [...Map.groupBy(wanted, ({ port }) => port)].flatMap(([port, sharing]) =>
    port === undefined || sharing.length < 2
      ? []
      : `port ${port} is wanted by ${sharing.map((one) => one.part).join(' and ')}; ` +
        `${sharing.map(({ variable }) => `${variable}=<port>`).join(' or ')} moves one away`,
  )
}

function numberOf({ name, number, variable, behind }: PortSpec, env: Environment): number {
  const own = portIn(env, variable, name)
  if (own !== undefined || behind === undefined) return own ?? number
  const first = portIn(env, behind.variable, name)
  const port = first === undefined ? number : first + behind.by
  if (port <= portMax) return port
  throw new Error(
    `${behind.variable}=${first} leaves no port for a further process, which listens ${behind.by} above it; ` +
      `${variable}=<port> moves that one`,
  )
}

function portIn(env: Environment, variable: string, name: string): number | undefined {
  const text = env[variable]
  if (text === undefined || text === '') return undefined
  const given = Number(text)
  if (Number.isInteger(given) && given > 0 && given <= portMax) return given
  throw new Error(`${variable}=${text}: the ${name} port must be a whole number from 1 to ${portMax}`)
}

async function freePort(taken: Set<number>): Promise<number> {
  for (let attempt = 0; attempt < 1000; attempt++) {
    const port = randomInt(20_000, 32_000)
    if (taken.has(port) || !(await isFree(port))) continue
    taken.add(port)
    return port
  }
  throw new Error('no free port between 20000 and 32000')
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(false)
      else reject(error)
    })
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)))
  })
}
