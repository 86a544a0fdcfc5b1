import type { SnapshotStore } from './snapshot-store.ts'

/**
 * Law 11: a store that was lost may have forgotten what it acknowledged last, and then a state or an id that is read
 * from it is an old one. So after a loss nothing that is read counts until the marks were found to be what they were.
 */
export const createStoreTrust = () => {
  let losses = 0
  let checked: Promise<unknown> = Promise.resolve()

  /** Reads until no loss came between the question and the answer. */
  const trusted = async <T>(read: () => Promise<T>): Promise<T> => {
    for (;;) {
      await checked
      const begunAfter = losses
      const answer = await read()
      if (begunAfter === losses) return answer
    }
  }
  return {
    guarded: <State, Report>(store: SnapshotStore<State, Report>): SnapshotStore<State, Report> => ({
      ...store,
      loadState: (streamId) => trusted(() => store.loadState(streamId)),
      findAnswer: (partition, commandId) => trusted(() => store.findAnswer(partition, commandId)),
    }),
    /** The store was lost: whoever reads waits for this check. */
    lost: (check: () => Promise<unknown>): void => {
      losses++
      checked = Promise.allSettled([checked, check()])
    },
  }
}
