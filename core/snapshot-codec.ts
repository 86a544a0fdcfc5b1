/**
 * How a decider's state is written down as JSON and read again. What `fromJson` gives of `toJson` decides and evolves
 * as the state did.
 */
export type SnapshotCodec<State> = {
  /** Changes with the shape, and with any change of `evolve`: snapshots of another version are not read. */
  readonly version: number
  readonly toJson: (state: State) => unknown
  /** Reads what `toJson` of the same version gave, also after JSON.stringify and JSON.parse. */
  readonly fromJson: (json: unknown) => State
  /**
   * About how many bytes of memory the state takes, a whole number: what bounds the states that are kept. It is asked for
   * with every command, so it looks at no entry.
   */
  readonly bytesOf: (state: State) => number
}
