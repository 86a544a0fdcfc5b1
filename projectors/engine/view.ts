import type { Checkpoints } from './checkpoints.ts'
import type { Group } from './groups.ts'

/** A group's new state after a batch. */
export type Touched<State> = { readonly group: Group; readonly state: State }

/**
 * One kind of storage, for one projection: how groups are loaded, folded and written. A state carries the position of
 * its group, and folding is pure.
 */
export type View<State> = {
  /** Creates the table or index, and where the checkpoints go. */
  readonly ensure: () => Promise<void>
  /** The stored states of groups, in the same order. */
  readonly load: (groups: readonly Group[]) => Promise<readonly State[]>
  /**
   * Folds the group's events above the state's position; the same state if there are none. Never changes the state
   * that it was given. @throws {EventFailed}
   */
  readonly fold: (state: State, group: Group) => State
  /** Writes every touched group, each as a whole, guarded by its position. @throws {GroupsRefused} */
  readonly write: (touched: readonly Touched<State>[]) => Promise<void>
  /**
   * The partition of the store in which the rows of a group lie: what is written to one together costs the store a
   * fraction. Missing where each group has its own.
   */
  readonly ownerOf?: (group: Group) => string
  /** Writing tells somebody outside: each event at once, and one may be refused. */
  readonly isEffect?: true
  /** A group before its first event; missing where the store must be asked even then. */
  readonly initial?: State
  /** A state once it is written; missing where that makes no difference. */
  readonly stored?: (state: State) => State
  /** False where nothing is loaded, so that nothing need be remembered. */
  readonly remembers: boolean
  /** How many values a state holds, roughly: what it costs to remember it. */
  readonly weigh: (state: State) => number
  /** A state as a text and back: where states are many and small, they are remembered so. */
  readonly packing?: Packing<State>
  readonly checkpoints: Checkpoints
  readonly onLost: (listener: () => void) => void
  /** Missing where readers see at once what was written. */
  readonly settle?: Settle
}

/** See {@link View}. */
export type Packing<State> = {
  readonly pack: (state: State) => string
  readonly unpack: (text: string) => State
}

/**
 * Makes readers see what was written before the call. False while they don't read this store of the view, so that
 * nothing may be told of it: ask again. The argument asks where the topic's partitions end now.
 */
export type Settle = (logEnds: () => Promise<readonly number[]>) => Promise<boolean>
