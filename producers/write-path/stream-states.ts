/** The state of a stream after its accepted events, and how many those are. */
export type Versioned<State> = { readonly state: State; readonly version: number }

/** The decider states of one partition's streams, as of what was read back. */
export type StreamStates<State> = {
  readonly find: (streamId: string) => Versioned<State> | undefined
  readonly store: (streamId: string, state: Versioned<State>) => void
}

/** All states in memory. */
export const createStreamStates = <State>(): StreamStates<State> => {
  const states = new Map<string, Versioned<State>>()
  return {
    find: (streamId) => states.get(streamId),
    store: (streamId, state) => void states.set(streamId, state),
  }
}
