import { OutsideRefused, type Outside } from '@reprise/core/ports/outside.port.ts'
import { StoreUnavailable } from '@reprise/core/ports/store-failure.ts'

/** Posts JSON with Node's own client. See the port for what is thrown. */
export const postOutside: Outside['post'] = async ({ url, headers, body, idempotencyKey, timeoutMs }) => {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json', 'idempotency-key': idempotencyKey },
    body: JSON.stringify(body),
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  }).catch((cause: unknown) => {
    throw new StoreUnavailable(`${url} does not answer: ${reasonOf(cause)}`, { cause })
  })
  await answer.body?.cancel()
  if (answer.ok) return
  if (answer.status >= 500 || passing.includes(answer.status))
    throw new StoreUnavailable(`${url} answers ${answer.status}`)
  throw new OutsideRefused(`${url} refuses it with ${answer.status}`)
}

/** Request time-out, too early, too many requests. */
const passing: readonly number[] = [408, 425, 429]

/** Node's client says "fetch failed" and keeps the reason to itself. */
const reasonOf = (error: unknown): string => {
  const { cause, message } = error as Error
  return cause instanceof Error ? cause.message : message
}
