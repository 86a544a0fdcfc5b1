import type { EventTopic } from '@reprise/schemas/topics.ts'

/** A request to somebody else's server. */
export type OutsideRequest = {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
  /** The same for every repetition of the same request. */
  readonly idempotencyKey: string
  readonly timeoutMs: number
}

/** What projections with effects need of the world. */
export type Outside = {
  /**
   * Resolves when the receiver has taken it (2xx).
   * @throws {StoreUnavailable} when it may take it later: no answer, 408, 425, 429 and 5xx.
   * @throws {OutsideRefused} when it never will.
   */
  readonly post: (request: OutsideRequest) => Promise<void>
  /** Where the partitions of a topic end now: what stands below was there before the effect was. */
  readonly logEnds: (topic: EventTopic) => Promise<readonly number[]>
}

/** The receiver will not take this request, however often it is sent. */
export class OutsideRefused extends Error {
  override readonly name = 'OutsideRefused'
}
