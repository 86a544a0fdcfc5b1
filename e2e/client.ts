import type { Platform } from './platform.ts'

/** An answer, its body parsed. */
export type Answer = {
  readonly status: number
  readonly headers: Headers
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look at bodies of any shape
  readonly body: any
}

type Sent = {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

/** Requests as one user, to either API. */
export const clientOf = async (platform: Platform, userId: string) => {
  const token = await platform.tokenOf(userId)
  const ask =
    (origin: string) =>
    async (method: string, path: string, sent: Sent = {}): Promise<Answer> => {
      const response = await fetch(`${origin}${path}`, {
        method,
        ...(sent.signal && { signal: sent.signal }),
        headers: {
          authorization: `Bearer ${token}`,
          ...(sent.body !== undefined && { 'content-type': 'application/json' }),
          ...sent.headers,
        },
        ...(sent.body !== undefined && {
          body: typeof sent.body === 'string' ? sent.body : JSON.stringify(sent.body),
        }),
      })
      const text = await response.text()
      return {
        status: response.status,
        headers: response.headers,
        body: text === '' ? undefined : JSON.parse(text),
      }
    }
  return {
    userId,
    command: ask(platform.command),
    /** To each of the command processes. */
    commands: platform.commands.map(ask),
    query: ask(platform.query),
  }
}

/** See {@link clientOf}. */
export type Client = Awaited<ReturnType<typeof clientOf>>

/** The position of an answer as a header for a query that must be at least that new. */
export const seen = (...answers: readonly Answer[]) => ({
  'reprise-min-position': answers.map(({ headers }) => headers.get('reprise-position')).join(','),
  'reprise-max-wait': '30s',
})

/** Repeats a request until it is answered, as a client does whose connection broke: same key, same body. */
export const untilAnswered = async (request: () => Promise<Answer>): Promise<Answer> => {
  for (const until = Date.now() + 90_000; ;) {
    const answer = await request().catch(() => undefined)
    if (answer !== undefined && answer.status !== 503 && answer.status !== 429) return answer
    if (Date.now() > until) throw new Error('no answer in 90 s')
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}
