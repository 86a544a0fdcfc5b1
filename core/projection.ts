import type { EventTopic, EventTypeOf } from '@reprise/schemas/topics.ts'
import type { Column, Columns, RowOf } from './columns.ts'
import { type EffectStorage, streamKey } from './effect-projection.ts'
import type { RecordedEvent } from './event.ts'
import type { FailurePolicy } from './failure-policy.ts'
import type { PageListDraft } from './page-list.ts'
import type { ProjectionQuery } from './projection-query.ts'

export { quarantineKey, retry, stop } from './failure-policy.ts'

/**
 * One row per key. `onceOnly`: each key is written by one event alone (a play's identity, say), so the row that a
 * handler gets is always null and nothing is loaded before it is written.
 */
export type RowStorage<Key extends string> = {
  readonly kind: 'row'
  readonly partitionKey: readonly Key[]
  readonly clustering: readonly Key[]
  readonly descending: boolean
  readonly onceOnly: boolean
}

/** A long ordered list per key, in pages of bounded size with one head. The row is an item of the list. */
export type PageStorage<Key extends string = string> = { readonly kind: 'pages'; readonly partitionKey: Key }

/** Absolute sums per source partition, key and slot; added up on read (law 7). The row is what is summed. */
export type CountStorage<Key extends string> = {
  readonly kind: 'count'
  readonly partitionKey: Key
  readonly clustering: Key
}

/** One search document per key. */
export type DocumentStorage<Key extends string> = {
  readonly kind: 'document'
  readonly id: Key
  readonly mappings: Readonly<Record<string, unknown>>
  readonly settings: Readonly<Record<string, unknown>>
}

/** Where a projection is stored. */
export type Storage<Key extends string = string> =
  RowStorage<Key> | PageStorage<Key> | CountStorage<Key> | DocumentStorage<Key> | EffectStorage

/** Rows in a Cassandra table. */
export const cassandraTable = <const Key extends string>(options: {
  readonly partitionKey: readonly Key[]
  readonly clustering?: readonly Key[]
  readonly descending?: boolean
  readonly onceOnly?: boolean
}): RowStorage<Key> => ({ kind: 'row', clustering: [], descending: false, onceOnly: false, ...options })

/** A long ordered list in Cassandra, any part of which is read with two bounded reads. */
export const cassandraPages = <const Key extends string>(options: {
  readonly partitionKey: Key
}): PageStorage<Key> => ({ kind: 'pages', ...options })

/** Partial counts in Cassandra, one packed row per source partition and key. */
export const partialCount = <const Key extends string>(options: {
  readonly partitionKey: Key
  readonly clustering: Key
}): CountStorage<Key> => ({ kind: 'count', ...options })

/**
 * Documents in an OpenSearch index. The mapping is strict: every column is named in it, and so is every property of a
 * column that is an object with `properties`. A document that it refuses is the handler's fault.
 */
export const openSearchIndex = <const Key extends string>(options: {
  readonly id: Key
  readonly mappings: Readonly<Record<string, unknown>>
  readonly settings?: Readonly<Record<string, unknown>>
}): DocumentStorage<Key> => ({ kind: 'document', settings: {}, ...options })

/** What to add to a key's sums: in which slot (an hour and country, say), and how much of each column. */
export type Increment<Row> = { readonly slot: string; readonly add: Partial<Row> }

type Handler<Kind, Row, Event, Key> = Kind extends PageStorage
  ? (list: PageListDraft<Row>, event: Event, key: Key) => void
  : Kind extends CountStorage<string>
    ? (event: Event, key: Key) => readonly Increment<Row>[]
    : (row: Row | null, event: Event, key: Key) => Row | null

/** The columns that can make the key of a table: required ones that hold a text or a number. */
type KeyableColumn<C extends Columns> = {
  readonly [Name in keyof C]: C[Name] extends Column<string | number, false> ? Extract<Name, string> : never
}[keyof C]

/** Where rows of these columns can be stored. */
type StorageOf<C extends Columns> =
  | RowStorage<KeyableColumn<C>>
  | DocumentStorage<Extract<keyof C, string>>
  | PageStorage
  | CountStorage<string>

/** The key columns of a projection with their values. */
export type Key = Readonly<Record<string, string | number>>

/** The columns that make the key of a storage. */
export type KeyColumn<S extends Storage> =
  S extends RowStorage<infer K>
    ? K
    : S extends DocumentStorage<infer K>
      ? K
      : S extends CountStorage<infer K>
        ? K
        : S extends PageStorage<infer K>
          ? K
          : never

type KeyOf<S extends Storage> = { readonly [Column in KeyColumn<S>]: string | number }

type HandlersOf<Topic extends EventTopic, C extends Columns, S extends Storage> = {
  readonly [T in EventTypeOf<Topic>]?: Handler<S, RowOf<C>, RecordedEvent<T>, KeyOf<S>>
}

type QueryOf<C extends Columns, S extends Storage> = ProjectionQuery<Extract<keyof C, string> | KeyColumn<S>>

/**
 * A projection: one file that says what is kept, under which key, and how each event changes it. The handler map is
 * the subscription. Pure (law 9). A changed handler needs a new version, and so does a changed row in a table.
 *
 * - rows and documents: `(row, event, key) => row`; null marks the row absent.
 * - pages: `(list, event, key) => void` edits the list of the key.
 * - counts: `(event, key) => increments`.
 *
 * Where `key` gives several keys for an event, a handler is called once for each, and told which.
 */
export type Projection<
  Topic extends EventTopic = EventTopic,
  C extends Columns = Columns,
  S extends Storage = Storage,
> = {
  /** Words of small letters and digits with dashes between them. Its table or index is called after it. */
  readonly name: string
  readonly version: number
  readonly from: Topic
  /** Columns that would share a stored one, or are called like one of the engine's, are refused at start. */
  readonly row: C
  readonly store: S
  readonly key: (event: RecordedEvent<EventTypeOf<Topic>>) => KeyOf<S> | readonly KeyOf<S>[]
  readonly on: HandlersOf<Topic, C, S>
  /**
   * What happens to an event when a handler or the key function throws or gives what can't be stored, when the index of
   * the view refuses the document that it leads to, or when it can't be read.
   */
  readonly onFailure: FailurePolicy
  /** Where it is served, and to whom. Nowhere without it. */
  readonly query?: QueryOf<C, S> | readonly QueryOf<C, S>[]
}

/** Any projection, as the engine handles it. */
export type AnyProjection = Omit<Projection, 'on' | 'key' | 'query'> & {
  readonly key: (event: never) => Key | readonly Key[]
  readonly on: Readonly<Record<string, ((...args: never[]) => unknown) | undefined>>
  readonly query?: ProjectionQuery | readonly ProjectionQuery[]
}

type ColumnsIn<Result> = Result extends readonly (infer Item)[]
  ? Item extends { readonly add: infer Sums }
    ? keyof Sums
    : never
  : Result extends object
    ? keyof Result
    : never

/** TypeScript lets a function answer more than it was asked for; a column that isn't declared would be lost in silence. */
type Exactly<Topic extends EventTopic, C extends Columns, On> = {
  readonly [T in keyof On]: T extends EventTypeOf<Topic>
    ? On[T] extends (...args: never[]) => infer Result
      ? Exclude<ColumnsIn<Result>, keyof C> extends never
        ? On[T]
        : { readonly 'these columns are not declared': Exclude<ColumnsIn<Result>, keyof C> }
      : On[T]
    : { readonly 'this topic has no such event': T }
}

/**
 * Declares a projection. An event that the topic doesn't have, a field that the event doesn't have, a column that the
 * row doesn't have and a table's key that may be missing, or is more than a text or a number, are type errors.
 */
export const projection = <
  const Topic extends EventTopic,
  const C extends Columns,
  const S extends StorageOf<C>,
  const On extends HandlersOf<Topic, C, S>,
>(
  declaration: Omit<Projection<Topic, C, S>, 'on' | 'query'> & {
    readonly on: On & Exactly<Topic, C, NoInfer<On>>
    readonly query?: NoInfer<QueryOf<C, S> | readonly QueryOf<C, S>[]>
  },
): Projection<Topic, C, S> => declaration

/** The names of the columns that make a group's key, in order. */
export const keyColumnsOf = (storage: Storage): readonly string[] => {
  switch (storage.kind) {
    case 'row':
      return [...storage.partitionKey, ...storage.clustering]
    case 'pages':
      return [storage.partitionKey]
    case 'count':
      return [storage.partitionKey, storage.clustering]
    case 'document':
      return [storage.id]
    case 'effect':
      return [streamKey]
  }
}

/** The row that an event presupposes. @throws when the view has none, which no accepted history brings about. */
export const existing = <Row>(row: Row | null): Row => {
  if (row === null) throw new Error('the event changes a row that the view does not have')
  return row
}

/**
 * The physical name of a projection version's table or index: dashes are not allowed in Cassandra's names. No projection
 * runs with an underscore in its name, so two have never the same.
 */
export const storedName = ({ name, version }: { readonly name: string; readonly version: number }): string =>
  `${name.replaceAll('-', '_')}_v${version.toString()}`
