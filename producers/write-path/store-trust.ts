import { StoreUnavailable } from '@reprise/core/ports/store-failure.ts'
import type { SnapshotStore } from './snapshot-store.ts'

/**
 * Law 11: a store that was lost may have forgotten what it acknowledged last, and then a state or an id that is read
 * from it is an old one, and a mark that is written would say of rows that are gone that they are there. So after a loss
 * nothing is read or written until the marks were found to be what they were.
 */
export const createStoreTrust = () => {
  let losses = 0
  let checked: Promise<unknown> = Promise.resolve()

  /** Reads until no loss came between the question and the answer. */
  const undisturbed = async <T>(read: () => Promise<T>): Promise<T> => {
    for (;;) {
      const begunAfter = losses
      const answer = await read()
      if (begunAfter === losses) return answer
    }
  }
  const trusted = <T>(read: () => Promise<T>): Promise<T> => undisturbed(() => checked.then(read))

  return {
    /** What a history is to begin with: it waits for no check, since nothing was read before. */
    undisturbed,
    /** The store for one history. `isForgotten` tells that what that history stored is gone: then it stores nothing more. */
    guarded: <State, Report>(
      store: SnapshotStore<State, Report>,
      isForgotten: () => boolean,
    ): SnapshotStore<State, Report> => ({
      ...store,
      loadState: (streamId) => trusted(() => store.loadState(streamId)),
      findAnswer: (partition, commandId, keyTime) =>
        trusted(() => store.findAnswer(partition, commandId, keyTime)),
      write: async (partition, cut) => {
        await checked
        const begunAfter = losses
        const refuseLoss = () => {
          if (isForgotten() || begunAfter !== losses)
            throw new StoreUnavailable('the store was lost, and may have forgotten what was written to it')
        }
        await store.write(partition, cut, refuseLoss)
        // The loss may have been noticed before the last acknowledgement came.
        refuseLoss()
      },
    }),
    /** The store was lost: whoever reads or writes waits for this check. */
    lost: (check: () => Promise<unknown>): void => {
      losses++
      checked = Promise.allSettled([checked, check()])
    },
  }
}
