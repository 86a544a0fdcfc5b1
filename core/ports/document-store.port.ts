/**
 * An index of documents: its logical name, and the mapping of its fields and their analysis in OpenSearch's terms. A
 * changed mapping or analysis is another index, stored beside the old one (see `physicalNameOf`).
 */
export type DocumentIndex = {
  readonly name: string
  readonly mappings: Readonly<Record<string, unknown>>
  readonly settings?: Readonly<Record<string, unknown>>
}

/** A document to write, with the stamp that orders writes of the same id: the highest one wins. */
export type DocumentWrite = {
  readonly id: string
  readonly document: Document
  readonly stamp: number
}

/** A document as it is stored. */
export type Document = Readonly<Record<string, unknown>>

/**
 * Documents guarded by stamps (external versions). Absence is a stored marker, never a delete. Whoever fills an index
 * speaks to the index of its own declaration; whoever reads for others speaks to what is `live` under its name.
 */
export type DocumentStore = {
  /**
   * Creates the index if it isn't there, makes it live if nothing is live under its name, and opens it to writes if
   * another took its place: the process that was started last decides.
   */
  readonly ensure: (index: DocumentIndex) => Promise<void>
  /** The newest documents by id, whether or not a search sees them yet. */
  readonly get: (index: DocumentIndex, ids: readonly string[]) => Promise<ReadonlyMap<string, Document>>
  /**
   * Writes documents; one with a stamp at or below the stored one changes nothing and is no error.
   * @throws {DocumentsRefused} when the index can never hold some of them; all others are written.
   * @throws {IndexReplaced}
   */
  readonly write: (index: DocumentIndex, writes: readonly DocumentWrite[]) => Promise<void>
  /** Resolves when searches see everything that was written before the call. */
  readonly refresh: (index: DocumentIndex) => Promise<void>
  /** The ids of documents that the last refresh saw, page by page. */
  readonly find: (index: DocumentIndex, wanted: WantedDocuments) => Promise<readonly string[]>
  /** Whether readers read this index, and not another one of its name. */
  readonly isLive: (index: DocumentIndex) => Promise<boolean>
  /**
   * Makes the index live. First the one that is live is closed to writes, so that it can't go on meanwhile; then
   * `isAsNew` is asked whether this one has everything that the other has; then readers are switched, in one step that
   * no search notices. Older indexes of the name are deleted, but for the one that was live. Done again, it goes on
   * where a killed process stopped.
   * @returns false, and nothing is switched, if `isAsNew` said no or another index became live meanwhile.
   */
  readonly promote: (index: DocumentIndex, isAsNew: () => Promise<boolean>) => Promise<boolean>
  readonly live: LiveDocuments
  /** Calls the listener after the connection to the store was lost. */
  readonly onLost: (listener: () => void) => void
  readonly close: () => Promise<void>
}

/** Which documents: those whose keyword field `field` has one of the values, in order of the keyword field `sortedBy`. */
export type DocumentQuery = {
  readonly field: string
  readonly values: readonly string[]
  /** A field that every document has, with a value of its own. It is what is answered. */
  readonly sortedBy: string
  /** Only documents after this value. */
  readonly after?: string
  readonly limit: number
}

/** Documents in which a field has one of some values (at most 1,000), in the order of a field. */
export type WantedDocuments = {
  readonly field: string
  readonly values: readonly string[]
  /** A keyword that every such document has, and no two the same. */
  readonly sortedBy: string
  readonly limit: number
  /** Only those whose `sortedBy` is greater. */
  readonly after?: string
}

/** Names an index, whatever its mapping. */
export type IndexName = Pick<DocumentIndex, 'name'>

/** What readers read: the live index of each name. Unavailable while nothing is live under it. */
export type LiveDocuments = {
  /** The newest documents by id, whether or not a search sees them yet. */
  readonly get: (index: IndexName, ids: readonly string[]) => Promise<ReadonlyMap<string, Document>>
  /** Resolves when searches see everything that was written before the call. */
  readonly refresh: (index: IndexName) => Promise<void>
  /** One ranked answer over one or several indexes, to a query in OpenSearch's query language. */
  readonly search: (indexes: readonly IndexName[], body: Document) => Promise<DocumentHits>
}

/** The answer of a search. */
export type DocumentHits = { readonly total: number; readonly hits: readonly DocumentHit[] }

/** A document that was found. */
export type DocumentHit = {
  /** The logical name of its index. */
  readonly index: string
  readonly id: string
  readonly score: number
  /** The fields that the body's `_source` asked for; all without it. */
  readonly document: Document
  readonly sort: readonly unknown[]
  /** By field, if the body asked for it. */
  readonly highlight: Readonly<Record<string, readonly string[]>>
}

/** An index with another mapping takes this one's place, or has: it takes no more writes until it is ensured again. */
export class IndexReplaced extends Error {
  override readonly name = 'IndexReplaced'
}

/** Why an index can't hold a document. */
export type Refusal = {
  /** The field that is at fault, with those around it (`folded.tokens`), if the store names one. */
  readonly field?: string
  /** In the store's words. */
  readonly reason: string
}

/**
 * Documents, by id, that the mapping of their index refuses: whoever made them is at fault, never the store, and the
 * same document is refused again.
 */
export class DocumentsRefused extends Error {
  override readonly name = 'DocumentsRefused'
  readonly refusals: ReadonlyMap<string, Refusal>
  constructor(refusals: ReadonlyMap<string, Refusal>) {
    const [[id, { reason }] = ['', { reason: '' }]] = refusals
    super(`${refusals.size} refused by their index, as ${id}: ${reason}`)
    this.refusals = refusals
  }
}
