import { setTimeout as sleep } from 'node:timers/promises'
import type { ConnectorConfig } from './connector-config.ts'

/** How a connector or one of its tasks is. */
export type State = 'UNASSIGNED' | 'RUNNING' | 'PAUSED' | 'STOPPED' | 'FAILED' | 'RESTARTING' | 'DESTROYED'

/** A connector and its tasks, as Connect sees them. */
export type ConnectorStatus = {
  readonly connector: { readonly state: State; readonly trace?: string }
  readonly tasks: readonly { readonly id: number; readonly state: State; readonly trace?: string }[]
}

/** Kafka Connect refuses, or does not answer. */
export class ConnectFailure extends Error {
  override readonly name = 'ConnectFailure'
  /** HTTP status; undefined when there was no answer. */
  readonly status: number | undefined
  constructor(message: string, status: number | undefined, cause?: unknown) {
    super(message, { cause })
    this.status = status
  }
}

/** One connector, over Connect's REST. Every call throws {@link ConnectFailure}. */
export type ConnectApi = ReturnType<typeof createConnectApi>

const timeoutMs = 30_000
/** While the workers agree on who runs what, Connect answers 409, or 500 with such words; that takes seconds. */
const conflictPatienceMs = 60_000

/** Talks about the connector `name` with the worker at `address`. */
export function createConnectApi(address: string, name: string) {
  const path = `/connectors/${encodeURIComponent(name)}`
  const ask = (method: string, tail: string, body?: unknown): Promise<unknown> =>
    patiently(() => request({ url: `${address}${path}${tail}`, method, body }))
  const orAbsent = async (answer: Promise<unknown>): Promise<unknown> =>
    answer.catch((error: unknown) => {
      if (error instanceof ConnectFailure && error.status === 404) return undefined
      throw error
    })
  return {
    /** Undefined where there is no such connector. */
    config: async () => (await orAbsent(ask('GET', '/config'))) as ConnectorConfig | undefined,
    /** Undefined where there is no such connector, or none of its workers has told about it yet. */
    status: async () => (await orAbsent(ask('GET', '/status'))) as ConnectorStatus | undefined,
    /** Creates or changes it. */
    put: (config: ConnectorConfig) => ask('PUT', '/config', config),
    /** Starts what has failed again; what runs is left alone. */
    restartFailed: () => ask('POST', '/restart?includeTasks=true&onlyFailed=true'),
    /** Ends its tasks and keeps it on record. */
    stop: () => ask('PUT', '/stop'),
    resume: () => ask('PUT', '/resume'),
    /** Forgets how far it has read. It must be stopped. */
    forgetOffsets: () => ask('DELETE', '/offsets'),
    /** Removes it; done also when it wasn't there. */
    remove: () => orAbsent(ask('DELETE', '')),
  }
}

async function patiently(call: () => Promise<unknown>): Promise<unknown> {
  const until = Date.now() + conflictPatienceMs
  for (;;) {
    try {
      return await call()
    } catch (error) {
      if (!isRebalance(error) || Date.now() > until) throw error
      await sleep(200)
    }
  }
}

const isRebalance = (error: unknown): boolean =>
  error instanceof ConnectFailure &&
  (error.status === 409 || (error.status === 500 && error.message.includes('rebalance')))

type Request = { readonly url: string; readonly method: string; readonly body: unknown }

async function request({ url, method, body }: Request): Promise<unknown> {
  const response = await fetch(url, {
    method,
    signal: AbortSignal.timeout(timeoutMs),
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  }).catch((cause: unknown) => {
    throw new ConnectFailure(
      `Kafka Connect at ${new URL(url).origin} does not answer: ${wordsOf(cause)}`,
      undefined,
      cause,
    )
  })
  const text = await response.text()
  if (response.ok) return text === '' ? undefined : JSON.parse(text)
  throw new ConnectFailure(
    `Kafka Connect answers ${response.status} to ${method} ${url}: ${messageIn(text)}`,
    response.status,
  )
}

/** `fetch failed` says nothing; its cause does. */
function wordsOf(error: unknown): string {
  const { message, cause } = error as {
    readonly message?: string
    readonly cause?: { readonly message?: string }
  }
  return cause?.message || message || String(error)
}

function messageIn(text: string): string {
  try {
    return (JSON.parse(text) as { readonly message?: string }).message ?? text
  } catch {
    return text.slice(0, 300)
  }
}
