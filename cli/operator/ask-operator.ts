import { configurationOf } from '@reprise/core/configuration.ts'
import { request } from 'undici'
import { mintedHere } from './minted-here.ts'

/** What an operator asks of a service. */
export type OperatorRequest = {
  /** http://host:port; the projectors of this machine if not given. */
  readonly address?: string | undefined
  /** With the role `operator`; minted with the keys of this machine if there is none. */
  readonly token?: string | undefined
  readonly method?: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  readonly body?: unknown
}

const timeoutMs = 10_000

/**
 * Asks a service in the name of an operator. Resolves with the answer's JSON. @throws with the service's words when it refuses or isn't there
 */
export const askOperator = async <Answer>({
  address,
  token,
  method = 'GET',
  path,
  body,
}: OperatorRequest): Promise<Answer> => {
  const base = address ?? projectorAddress()
  const answer = await request(new URL(path, base), {
    method,
    headers: { authorization: `Bearer ${token ?? (await mintedHere())}`, 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  }).catch((cause: unknown) => {
    throw new Error(`${base} doesn't answer; is it up? reprise status tells`, { cause })
  })
  const text = await answer.body.text()
  if (answer.statusCode >= 400)
    throw new Error(wordsOf(text) ?? `${base}${path} answers ${answer.statusCode}`)
  return (text === '' ? undefined : JSON.parse(text)) as Answer
}

const projectorAddress = (): string => {
  const { host, projectorPort } = configurationOf(process.env)
  return `http://${host}:${projectorPort}`
}

const wordsOf = (text: string): string | undefined => {
  try {
    return (JSON.parse(text) as { detail?: string }).detail
  } catch {
    return undefined
  }
}
