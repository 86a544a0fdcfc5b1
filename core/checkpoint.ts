/**
 * Law 11: how far a view is, stored in the view's own store after its rows. The reader starts at `offset`, reads that
 * record again and compares its id.
 */
export type Checkpoint = {
  /** The last applied record. */
  readonly offset: number
  /** The id of that record: another id there means another log. */
  readonly recordId: string
  /** The last accepted id up to and including that record (law 3). */
  readonly lastAcceptedId: string
  /** The cluster that the topic lives in. */
  readonly incarnation: string
}
