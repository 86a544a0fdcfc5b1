/** An index of documents: its physical name and the mapping of its fields in OpenSearch's terms. */
export type DocumentIndex = {
  readonly name: string
  readonly mappings: Readonly<Record<string, unknown>>
  readonly settings?: Readonly<Record<string, unknown>>
}

/** A document to write, with the stamp that orders writes of the same id: the highest one wins. */
export type DocumentWrite = {
  readonly id: string
  readonly document: Readonly<Record<string, unknown>>
  readonly stamp: number
}

/** Documents guarded by stamps (external versions). Absence is a stored marker, never a delete. */
export type DocumentStore = {
  /** Creates the index if it isn't there. */
  readonly ensure: (index: DocumentIndex) => Promise<void>
  /** The newest documents by id, whether or not a search sees them yet. */
  readonly get: (
    index: DocumentIndex,
    ids: readonly string[],
  ) => Promise<ReadonlyMap<string, Readonly<Record<string, unknown>>>>
  /** Writes documents; one with a stamp at or below the stored one changes nothing and is no error. */
  readonly write: (index: DocumentIndex, writes: readonly DocumentWrite[]) => Promise<void>
  /** Resolves when searches see everything that was written before the call. */
  readonly refresh: (index: DocumentIndex) => Promise<void>
  /** Searches with a query in OpenSearch's query language. */
  readonly search: (index: DocumentIndex, body: Readonly<Record<string, unknown>>) => Promise<DocumentHits>
  /** Calls the listener after the connection to the store was lost. */
  readonly onLost: (listener: () => void) => void
  readonly close: () => Promise<void>
}

/** The answer of a search. */
export type DocumentHits = {
  readonly total: number
  readonly hits: readonly {
    readonly id: string
    readonly score: number
    readonly document: Readonly<Record<string, unknown>>
    readonly sort: readonly unknown[]
  }[]
}
