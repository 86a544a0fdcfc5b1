/** The type of a stored column. */
export type CellType = 'text' | 'int' | 'bigint' | 'boolean' | 'blob'

/** A stored value; `bigint` columns are numbers below 2^53. */
export type Cell = string | number | boolean | Buffer

/** A table: key columns in order, then value columns. Column names are never used again with another meaning. */
export type Table = {
  readonly name: string
  readonly partitionKey: readonly string[]
  readonly clustering: readonly string[]
  /** Whether rows of a partition are kept in descending order of the clustering columns. */
  readonly descending?: boolean
  readonly columns: Readonly<Record<string, CellType>>
  /** Tells apart what rows mean that look alike: of packed columns, which values stand where. */
  readonly layout?: string | undefined
}

/** A table of this name is there, and its rows would be misread. */
export class LayoutChanged extends Error {
  override readonly name = 'LayoutChanged'
  constructor(table: string) {
    super(
      `table ${table} holds rows of other columns, of other types or in another order, which would be misread. Declare a ` +
        'new version of the projection, which gets a table of its own, or take back the change of its row',
    )
  }
}

/** A row: every column of its table, none missing (a missing column would keep an old value). */
export type StoredRow = Readonly<Record<string, Cell>>

/** A row to write, with the stamp that orders writes of the same row: the highest one wins. */
export type RowWrite = { readonly row: StoredRow; readonly stamp: number }

/** Which rows of one partition to read. */
export type RowQuery = {
  /** A value for every partition key column. */
  readonly partition: Readonly<Record<string, Cell>>
  /** Exactly the row with this value of all clustering columns. Many such reads at once cost less than others. */
  readonly at?: readonly Cell[]
  /** Exactly the rows with these values of the first clustering column. */
  readonly in?: readonly Cell[]
  /** Rows after (in the table's order) this value of all clustering columns. */
  readonly after?: readonly Cell[]
  readonly limit?: number
}

/**
 * Rows guarded by stamps. No wall-clock write, no TTL, no delete, no counter, no lightweight transaction: a write with
 * a lower stamp than the stored one changes nothing, whenever it arrives.
 */
export type RowStore = {
  /** Creates the table if it isn't there. @throws {LayoutChanged} where it is, and was made with another layout */
  readonly ensure: (table: Table) => Promise<void>
  /** Removes the table with its rows; done also when it isn't there. A name is never used again for something else. */
  readonly drop: (table: Table) => Promise<void>
  /** The rows in the table's order. */
  readonly read: (table: Table, query: RowQuery) => Promise<readonly StoredRow[]>
  /**
   * Writes rows together: readers of a partition see all that is written of it, or none. Where it fails, some partitions
   * may be written and others not.
   */
  readonly writeTogether: (table: Table, writes: readonly RowWrite[]) => Promise<void>
  /**
   * Asks whether the store still has what it acknowledged before the call.
   * @throws {StoreUnavailable} when it was started anew meanwhile, or doesn't say; that is told as a loss. Of what was
   * told before the answer came, it may say nothing.
   */
  readonly confirm: () => Promise<void>
  /** Calls the listener after the connection to the store was lost; what was read or acknowledged before may be gone. */
  readonly onLost: (listener: () => void) => void
  readonly close: () => Promise<void>
}
