import type { RecordedEvent } from '@reprise/core/event.ts'

/** Told of counted plays by the projection that counts them. */
export type Popularity = {
  /** The name of that projection. */
  readonly of: string
  /** Plays that are counted in the store now. Resolves when what follows from them is in the log. */
  readonly publish: (counted: readonly RecordedEvent[]) => Promise<void>
}
