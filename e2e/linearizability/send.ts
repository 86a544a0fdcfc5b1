import type { Asked, Told } from './history.ts'

/** One attempt at one process. */
export type Attempt = {
  readonly origin: string
  readonly token: string
  readonly id: string
  readonly key: string
  readonly asked: Asked
  /** How long to wait for an answer. */
  readonly patienceMs: number
}

/**
 * Sends a command once. A broken or slow connection leaves it unknown; so does `outcome-unknown`. Any other 503 or 429
 * says that nothing was done, and is taken at its word: the checker holds the platform to it.
 * @throws on an answer that has no place in this run.
 */
export const send = async ({
  origin,
  token,
  id,
  key,
  asked,
  patienceMs,
}: Attempt): Promise<Told | 'unknown' | 'nothing was done'> => {
  const { method, path, body } = requestOf(asked)
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'idempotency-key': key,
    ...(asked.ifVersion !== undefined && { 'if-match': `"${asked.ifVersion}"` }),
  }
  let status: number
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- bodies of several shapes
  let answer: any
  try {
    const response = await fetch(`${origin}/v1/playlists/${id}${path}`, {
      method,
      headers,
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(patienceMs),
    })
    status = response.status
    answer = await response.json()
  } catch (reason) {
    const { code } = ((reason as Error).cause ?? {}) as { readonly code?: string }
    return code === 'ECONNREFUSED' ? 'nothing was done' : 'unknown'
  }
  if (status === 503 || status === 429)
    return answer.code === 'outcome-unknown' ? 'unknown' : 'nothing was done'
  if (status === 404 || status === 409 || status === 412)
    return {
      kind: 'fail',
      answer: { code: answer.code, ...(status === 412 && { version: answer.currentVersion }) },
    }
  if (status !== 200 && status !== 201)
    throw new Error(`${method} ${path}: ${status} ${JSON.stringify(answer)}`)
  return {
    kind: 'ok',
    answer: {
      version: answer.version,
      ...(asked.op === 'add' && { items: answer.items }),
      ...((asked.op === 'remove' || asked.op === 'move') && { gone: answer.alreadyGone }),
    },
  }
}

const requestOf = ({ op, items = [], after }: Asked) => {
  const edit = (body: unknown) => ({ method: 'POST', path: '/edits', body: { edits: [body] } })
  if (op === 'create') return { method: 'PUT', path: '', body: { name: 'checked', visibility: 'public' } }
  if (op === 'remove') return edit({ remove: items })
  if (op === 'move') return edit({ move: items, after: null })
  return edit({ add: items.map(() => ({ trackId: 't' })), ...(after !== undefined && { after }) })
}
