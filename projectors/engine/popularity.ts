import type { RecordedEvent } from '@reprise/core/event.ts'

/** Told of counted plays by the projection that counts them. */
export type Popularity = {
  /** The name of that projection. */
  readonly of: string
  /** What one stay of a partition counts. */
  readonly gather: () => GatheredPopularity
}

/** See {@link Popularity}. */
export type GatheredPopularity = {
  readonly add: (counted: readonly RecordedEvent[]) => void
  /** What was added is counted in the store now. Resolves when what follows from it is in the log. */
  readonly publish: () => Promise<void>
}
