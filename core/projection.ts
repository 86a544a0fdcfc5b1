import type { EventTopic, EventTypeOf } from '@reprise/schemas/topics.ts'
import type { Columns, RowOf } from './columns.ts'
import type { RecordedEvent } from './event.ts'
import type { FailurePolicy } from './failure-policy.ts'
import type { PageListDraft } from './page-list.ts'

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
export type PageStorage = { readonly kind: 'pages'; readonly partitionKey: string }

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
  RowStorage<Key> | PageStorage | CountStorage<Key> | DocumentStorage<Key>

/** Rows in a Cassandra table. */
export const cassandraTable = <const Key extends string>(options: {
  readonly partitionKey: readonly Key[]
  readonly clustering?: readonly Key[]
  readonly descending?: boolean
  readonly onceOnly?: boolean
}): RowStorage<Key> => ({ kind: 'row', clustering: [], descending: false, onceOnly: false, ...options })

/** A long ordered list in Cassandra, any part of which is read with two bounded reads. */
export const cassandraPages = (options: { readonly partitionKey: string }): PageStorage => ({
  kind: 'pages',
  ...options,
})

/** Partial counts in Cassandra, one packed row per source partition and key. */
export const partialCount = <const Key extends string>(options: {
  readonly partitionKey: Key
  readonly clustering: Key
}): CountStorage<Key> => ({ kind: 'count', ...options })

/** Documents in an OpenSearch index. */
export const openSearchIndex = <const Key extends string>(options: {
  readonly id: Key
  readonly mappings: Readonly<Record<string, unknown>>
  readonly settings?: Readonly<Record<string, unknown>>
}): DocumentStorage<Key> => ({ kind: 'document', settings: {}, ...options })

/** What to add to a key's sums: in which slot (an hour and country, say), and how much of each column. */
export type Increment<Row> = { readonly slot: string; readonly add: Partial<Row> }

type Handler<Kind, Row, Event, Key> = Kind extends PageStorage
  ? (list: PageListDraft<Row>, event: Event) => void
  : Kind extends CountStorage<string>
    ? (event: Event, key: Key) => readonly Increment<Row>[]
    : (row: Row | null, event: Event) => Row | null

/** The key columns of a projection with their values. */
export type Key = Readonly<Record<string, string | number>>

/**
 * A projection: one file that says what is kept, under which key, and how each event changes it. The handler map is
 * the subscription. Pure (law 9). A changed handler needs a new version.
 *
 * - rows and documents: `(row, event) => row`; null marks the row absent.
 * - pages: `(list, event) => void` edits the list of the key.
 * - counts: `(event, key) => increments`.
 */
export type Projection<
  Topic extends EventTopic = EventTopic,
  C extends Columns = Columns,
  S extends Storage = Storage,
> = {
  readonly name: string
  readonly version: number
  readonly from: Topic
  readonly row: C
  readonly store: S
  readonly key: (event: RecordedEvent<EventTypeOf<Topic>>) => Key | readonly Key[]
  readonly on: {
    readonly [T in EventTypeOf<Topic>]?: Handler<S, RowOf<C>, RecordedEvent<T>, Key>
  }
  /** What happens to an event when a handler or the key function throws, or when it can't be read. */
  readonly onFailure: FailurePolicy
}

/** Any projection, as the engine handles it. */
export type AnyProjection = Omit<Projection, 'on' | 'key'> & {
  readonly key: (event: never) => Key | readonly Key[]
  readonly on: Readonly<Record<string, ((...args: never[]) => unknown) | undefined>>
}

/** Declares a projection. */
export const projection = <
  const Topic extends EventTopic,
  const C extends Columns,
  const S extends Storage<Extract<keyof C, string>> | PageStorage | CountStorage<string>,
>(
  declaration: Projection<Topic, C, S>,
): Projection<Topic, C, S> => declaration

/** The row that an event presupposes. @throws when the view has none, which no accepted history brings about. */
export const existing = <Row>(row: Row | null): Row => {
  if (row === null) throw new Error('the event changes a row that the view does not have')
  return row
}

/** The physical name of a projection version's table or index: dashes are not allowed in Cassandra's names. */
export const storedName = ({ name, version }: { readonly name: string; readonly version: number }): string =>
  `${name.replaceAll('-', '_')}_v${version.toString()}`
