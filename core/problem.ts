/**
 * Every error code that a client can meet, with its HTTP status and what it means. The one table: answers, OpenAPI
 * and docs/problems.md come from it. A code is never renamed; `retry` says whether the same request may succeed later.
 */
export const problems = {
  'bad-json': { status: 400, retry: false, title: 'The body is not valid JSON' },
  'bad-position': { status: 400, retry: false, title: 'A position token is malformed' },
  'position-unknown': { status: 400, retry: false, title: 'A position lies past the end of the log' },
  'bad-cursor': { status: 400, retry: false, title: 'A cursor is malformed or belongs to another list' },
  'bad-header': { status: 400, retry: false, title: 'A header has a value that cannot be read' },
  unauthenticated: { status: 401, retry: false, title: 'A valid bearer token is needed' },
  forbidden: { status: 403, retry: false, title: 'You may not do this' },
  'not-found': { status: 404, retry: false, title: 'It does not exist, or you may not see it' },
  'method-not-allowed': { status: 405, retry: false, title: 'This path does not take this method' },
  'too-slow': { status: 408, retry: true, title: 'The request took too long to arrive' },
  'already-exists': { status: 409, retry: false, title: 'The id is taken' },
  'already-gone': { status: 409, retry: false, title: 'What the edit names is no longer there' },
  overtaken: { status: 409, retry: false, title: 'Something later has been decided already' },
  'key-expired': { status: 409, retry: false, title: 'The idempotency key is older than 24 hours' },
  'key-ahead': { status: 409, retry: false, title: 'The idempotency key lies in the future' },
  'version-mismatch': {
    status: 412,
    retry: false,
    title: 'The version named by If-Match is not the current one',
  },
  'too-large': { status: 413, retry: false, title: 'The request or what it would store is too large' },
  'unsupported-media-type': { status: 415, retry: false, title: 'The body must be application/json' },
  'invalid-request': { status: 422, retry: false, title: 'The request breaks the contract' },
  'rule-broken': { status: 422, retry: false, title: 'A rule of the domain forbids it' },
  'key-reused': { status: 422, retry: false, title: 'The idempotency key was used with another body' },
  overloaded: { status: 429, retry: true, title: 'Too many requests are waiting' },
  internal: { status: 500, retry: true, title: 'Something failed on our side' },
  'outcome-unknown': {
    status: 503,
    retry: true,
    title: 'The outcome is not known yet; retry with the same key',
  },
  'not-ready': { status: 503, retry: true, title: 'The service is starting or has lost a part it needs' },
  'stream-quarantined': { status: 503, retry: true, title: 'A record of this stream cannot be read' },
  'not-yet-visible': { status: 503, retry: true, title: 'The view is not yet as new as asked for' },
  quarantined: {
    status: 503,
    retry: true,
    title: 'The view stopped at a bad event before the position asked for',
  },
} as const satisfies Readonly<
  Record<string, { readonly status: number; readonly retry: boolean; readonly title: string }>
>

/** A stable error code. */
export type ProblemCode = keyof typeof problems

/** An RFC 9457 problem document. Further members are facts of the case. */
export type ProblemDocument = {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: ProblemCode
  readonly detail: string
  readonly [fact: string]: unknown
}

/** A fault or refusal on its way to a client; thrown by routes, turned into a document at the edge. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly code: ProblemCode
  readonly facts: Readonly<Record<string, unknown>>
  /** Seconds after which a retry makes sense; sent as Retry-After. */
  readonly retryAfterSeconds: number | undefined
  constructor(
    code: ProblemCode,
    detail: string,
    options: {
      readonly facts?: Readonly<Record<string, unknown>>
      readonly retryAfterSeconds?: number
      readonly cause?: unknown
    } = {},
  ) {
    super(detail, { cause: options.cause })
    this.code = code
    this.facts = options.facts ?? {}
    this.retryAfterSeconds = options.retryAfterSeconds ?? (problems[code].retry ? 1 : undefined)
  }
}

/** The document that tells a client of a problem. */
export const problemDocument = ({ code, message, facts }: Problem): ProblemDocument => ({
  type: `urn:reprise:problem:${code}`,
  title: problems[code].title,
  status: problems[code].status,
  code,
  detail: message,
  ...facts,
})
