import type { EventTopic, EventTypeOf } from '@reprise/schemas/topics.ts'
import type { Columns } from './columns.ts'
import type { RecordedEvent } from './event.ts'
import type { AnyProjection, Projection } from './projection.ts'

/** A request to somebody else's server. */
export type Webhook = {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Given up after this, and tried again. */
  readonly timeoutMs: number
}

/** Instead of rows: what is done outside for each event. */
export type EffectStorage = { readonly kind: 'effect'; readonly webhook: Webhook }

/**
 * Posts what the handler gives, as JSON, to an address. At least once, in order per stream; the header
 * `Idempotency-Key` is the event's id, so that the receiver can tell a repetition.
 */
export const webhook = (options: {
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly timeoutMs?: number
}): EffectStorage => ({ kind: 'effect', webhook: { headers: {}, timeoutMs: 10_000, ...options } })

/** What an event is worth telling; null for nothing. */
type Handlers<Topic extends EventTopic> = {
  readonly [T in EventTypeOf<Topic>]?: (event: RecordedEvent<T>) => object | null
}

/** An effect for each event. */
export type EffectProjection<Topic extends EventTopic = EventTopic> = Pick<
  Projection<Topic>,
  'name' | 'version' | 'from' | 'onFailure'
> & {
  /** Pure (law 9): what is sent is said here, and the engine sends it. */
  readonly on: Handlers<Topic>
  readonly effect: EffectStorage
}

/** An effect as the engine runs it: a projection without rows, whose groups are streams. */
export type AnyEffect = AnyProjection & { readonly store: EffectStorage }

/**
 * Declares a projection with an effect outside instead of rows. It begins with the events that come after its first
 * start. A new version goes on where the one before it stands, so that nothing is done again; what waits there, it tries.
 */
export const effectProjection = <const Topic extends EventTopic>({
  effect,
  on,
  ...declaration
}: EffectProjection<Topic>): AnyEffect => ({
  ...declaration,
  on,
  row: {} satisfies Columns,
  store: effect,
  key: ({ meta }: RecordedEvent) => ({ [streamKey]: meta.streamId }),
})

/** The key of an effect's groups: what happens to one stream is told in order. */
export const streamKey = 'stream'
