import { join } from 'node:path'
import type { Part, PortSpec } from '../part.ts'
import { askHttp } from '../supervise/ask-http.ts'

export type ServiceSpec = {
  readonly name: string
  readonly needs: readonly string[]
  readonly portVariable: string
  readonly port: number
  readonly addressVariable: string
  /** Where a further process of a service listens: it is told `portVariable`, and moved by a variable of its own. */
  readonly further?: { readonly variable: string; readonly behind: number }
  /** The folder with its `main.ts`, where that isn't its name: tests start a second process of a service. */
  readonly folder?: string
  /** Options for Node beside those that all services have. */
  readonly nodeFlags?: readonly string[]
  /** Where it answers `{"detail"}`, a line for people who look at its status. */
  readonly detailPath?: string
}

/** kafkajs sets timers in the past, which Node 24 tells at length; see docs/kafkajs.md. */
const flagsOfAll = ['--enable-source-maps', '--disable-warning=TimeoutNegativeWarning']

const projectRoot = join(import.meta.dirname, '..', '..')

/** One of our own processes: `<name>/main.ts`, started by path, told everything by REPRISE_* variables. */
export function servicePart(spec: ServiceSpec): Part {
  const { name, needs, portVariable, addressVariable, folder = name, nodeFlags = [], detailPath } = spec
  return {
    name,
    kind: 'service',
    needs,
    ports: [portOf(spec)],
    addressVariable,
    addressOf: ({ client }, { REPRISE_HOST }) => `http://${reachableHost(REPRISE_HOST)}:${client}`,
    command: ({ ports }) => ({
      file: process.execPath,
      args: [...flagsOfAll, ...nodeFlags, join(projectRoot, folder, 'main.ts')],
      cwd: projectRoot,
      env: { [portVariable]: String(ports.client) },
    }),
    ready: async ({ addresses }, signal) => {
      await askHttp(`${addresses[name]}/readyz`, signal)
    },
    ...(detailPath === undefined ? {} : { detail: detailAt(name, detailPath) }),
    readyTimeoutMs: 120_000,
    stopSignal: 'SIGTERM',
    stopTimeoutMs: 20_000,
  }
}

function portOf({ port: number, portVariable, further }: ServiceSpec): PortSpec {
  if (further === undefined) return { name: 'client', number, variable: portVariable }
  const behind = { variable: portVariable, by: further.behind }
  return { name: 'client', number, variable: further.variable, behind }
}

/** Nothing, four zeros or two colons: it listens on every address. */
const wildcard = /^(0(\.0){3}|::)?$/

/** Where a service is reached from this machine that listens on `host`: a wildcard is no address to connect to. */
export function reachableHost(host = ''): string {
  if (wildcard.test(host)) return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}

function detailAt(name: string, path: string): NonNullable<Part['detail']> {
  return async ({ addresses }, signal) => {
    const answer: unknown = JSON.parse(await askHttp(`${addresses[name]}${path}`, signal))
    return (answer as { readonly detail?: string }).detail ?? ''
  }
}
