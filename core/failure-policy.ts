/** What happens to an event that a projection can't apply. A store that is down is never the event's fault. */
export type FailurePolicy = QuarantineKey | Retry | Stop

type QuarantineKey = { readonly kind: 'quarantine'; readonly attempts: number }
type Retry = { readonly kind: 'retry' }
type Stop = { readonly kind: 'stop' }

/**
 * The event and all later ones of its key wait in order until an operator redrives or discards it; every other key goes
 * on. It is tried `attempts` times before.
 */
export const quarantineKey = (options: { readonly attempts: number }): QuarantineKey => ({
  kind: 'quarantine',
  ...options,
})

/**
 * The event is tried again with growing pauses until it is applied, and holds up its partition meanwhile: for handlers
 * that fail in a way that passes by itself. Not only what follows it waits: events before it that aren't stored yet do
 * too. These are up to 2,000 records, which are applied together or not at all; 20,000 more where the projection is far
 * behind and gathers them.
 */
export const retry = (): Retry => ({ kind: 'retry' })

/** The projection stops with words, in all its partitions; others go on. For views whose keys depend on each other. */
export const stop = (): Stop => ({ kind: 'stop' })
