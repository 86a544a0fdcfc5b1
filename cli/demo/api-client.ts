import { Agent, type Dispatcher, request as send } from 'undici'
import { pause } from './pause.ts'

/** A request to one of the two APIs. */
export type ApiRequest = {
  readonly api: 'command' | 'query'
  readonly method: 'GET' | 'PUT' | 'PATCH' | 'POST' | 'DELETE'
  readonly path: string
  /** Who asks; nobody in particular without it. */
  readonly userId?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  /** How long to go on trying; the client's patience by default. */
  readonly patienceMs?: number
}

/** An answer that isn't worth another try. */
export type ApiAnswer = {
  readonly status: number
  readonly header: (name: string) => string | undefined
  readonly json: unknown
}

/** Sends a request until it is answered. */
export type ApiClient = {
  /** @throws {OutOfPatience} @throws the signal's reason when the demo is stopped */
  readonly request: (request: ApiRequest) => Promise<ApiAnswer>
  readonly close: () => Promise<void>
}

/** The services gave no useful answer for too long. */
export class OutOfPatience extends Error {
  override readonly name = 'OutOfPatience'
}

/** How a client is made. */
export type ApiClientOptions = {
  /** Requests go to the processes of an API in turn, so another try goes to another one. */
  readonly addresses: { readonly command: readonly string[]; readonly query: readonly string[] }
  readonly tokenOf: (userId: string) => Promise<string>
  readonly inFlightMax: number
  readonly patienceMs: number
  readonly signal: AbortSignal
}

const answerTimeoutMs = 30_000
const pauseMs = { first: 100, most: 2_000 }

/**
 * A client that repeats a request, with everything in it the same, when the connection breaks or the service says
 * that it can't now (429, 5xx), for as long as it has patience. Retry-After is honoured.
 */
export const createApiClient = (options: ApiClientOptions): ApiClient => {
  const { signal } = options
  const agent = new Agent({
    connections: options.inFlightMax,
    headersTimeout: answerTimeoutMs,
    bodyTimeout: answerTimeoutMs,
    connectTimeout: 3_000,
  })
  let turn = 0
  const addressOf = (api: ApiRequest['api']): string => {
    const addresses = options.addresses[api]
    return addresses[turn++ % addresses.length] ?? ''
  }
  const request = async (asked: ApiRequest): Promise<ApiAnswer> => {
    const patienceMs = asked.patienceMs ?? options.patienceMs
    const deadline = Date.now() + patienceMs
    for (let waitMs = pauseMs.first; ; waitMs = Math.min(pauseMs.most, waitMs * 2)) {
      signal.throwIfAborted()
      const tried = await tryOnce(asked, { ...options, address: addressOf(asked.api), agent })
      if (!('problem' in tried)) return tried
      if (Date.now() >= deadline) throw new OutOfPatience(wordsOf(asked, patienceMs, tried.problem))
      await pause((tried.afterMs ?? waitMs) * (0.75 + Math.random() / 2), signal)
    }
  }
  return { request, close: () => agent.close() }
}

type Unanswered = { readonly problem: string; readonly afterMs?: number }

const tryOnce = async (
  { method, path, userId, headers, body }: ApiRequest,
  { address, agent, tokenOf, signal }: ApiClientOptions & { readonly address: string; readonly agent: Agent },
): Promise<ApiAnswer | Unanswered> => {
  try {
    const response = await send(address + path, {
      dispatcher: agent,
      method,
      signal,
      headers: {
        ...headers,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(userId !== undefined && { authorization: `Bearer ${await tokenOf(userId)}` }),
      },
      body: body === undefined ? null : JSON.stringify(body),
    })
    return await answerOf(response)
  } catch (reason) {
    signal.throwIfAborted()
    return { problem: (reason as Error).message || String((reason as NodeJS.ErrnoException).code) }
  }
}

const answerOf = async ({
  statusCode: status,
  headers,
  body,
}: Dispatcher.ResponseData): Promise<ApiAnswer | Unanswered> => {
  const header = (name: string) => headers[name]?.toString()
  const text = await body.text()
  if (status !== 429 && status < 500) return { status, header, json: jsonOf(text) }
  const afterMs = Number(header('retry-after')) * 1_000
  return { problem: `${status} ${text.slice(0, 300)}`, ...(afterMs > 0 && { afterMs }) }
}

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const wordsOf = ({ api, method, path }: ApiRequest, patienceMs: number, problem: string): string =>
  `the ${api} API gave no useful answer to ${method} ${path.slice(0, 100)} for ${patienceMs / 1_000} s; ` +
  `the last one was: ${problem}. See ./reprise status and ./reprise logs; then start the demo again, it goes on where it was`
