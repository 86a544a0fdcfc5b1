import { configurationOf } from '@reprise/core/configuration.ts'
import { reachableHost } from '@reprise/infra/services/service.part.ts'
import { request } from 'undici'
import { environmentHere } from '../catalogue/environment-here.ts'
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
  if (!URL.canParse(base) || !/^https?:$/.test(new URL(base).protocol))
    throw new Error(`${base} is no address: send http://host:port`)
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
  const told = jsonIn(text)
  if (answer.statusCode >= 400)
    throw new Error(
      (told as { detail?: string } | undefined)?.detail ?? `${base}${path} answers ${answer.statusCode}`,
    )
  if (text !== '' && told === undefined)
    throw new Error(`${base} is no service of Reprise: it answers no JSON`)
  return told as Answer
}

/** That of the projectors that `up` started here, wherever their port was moved to, or that the environment names. */
const projectorAddress = (): string => {
  const environment = environmentHere()
  const { host, projectorPort } = configurationOf(environment)
  return environment.REPRISE_PROJECTOR ?? `http://${reachableHost(host)}:${projectorPort}`
}

const jsonIn = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
