import { LRUCache } from 'lru-cache'
import { createShelf, type Kept, type Shelved } from './kept-state.ts'

/** Whose a state is: another owner of the same stream, earlier or later, doesn't find it. */
export type StateOwner = object

/** What is kept of the states that are stored as they are, and what is held for commands that wait for them. */
const bounds = { keptBytes: 192 * 1024 * 1024, heldBytes: 128 * 1024 * 1024 }

type Waiting = {
  readonly bytes: number
  readonly isWanted: () => boolean
  readonly enter: () => void
  readonly refuse: (reason: Error) => void
}

/**
 * The memory for states that are stored, of all partitions of a process together. Of those that nobody waits for it keeps
 * the ones used last. One that was loaded for somebody has room of its own until it isn't needed any more: else a few large
 * ones would drive each other out, and be loaded again and again, before anything is decided on them.
 */
export const createStateMemory = <State>({ keptBytes, heldBytes } = bounds) => {
  type Entry = { readonly owner: StateOwner; readonly shelved: Shelved<State>; readonly bytes: number }
  const shelf = createShelf<State>()
  const entries = new LRUCache<string, Entry>({
    maxSize: keptBytes,
    sizeCalculation: ({ bytes }) => bytes,
    dispose: ({ shelved }) => shelf.remove(shelved),
  })
  const queue = new Set<Waiting>()
  let held = 0

  const fits = (bytes: number) => held === 0 || held + bytes <= heldBytes
  const goOn = () => {
    for (const waiting of queue) {
      const isWanted = waiting.isWanted()
      if (isWanted && !fits(waiting.bytes)) return
      queue.delete(waiting)
      if (!isWanted) waiting.refuse(new Error('nobody waits for this state any more'))
      else {
        held += waiting.bytes
        waiting.enter()
      }
    }
  }

  return {
    find: (owner: StateOwner, streamId: string): Shelved<State> | undefined => {
      const entry = entries.get(streamId)
      return entry?.owner === owner ? entry.shelved : undefined
    },
    /** What was found just now. */
    look: shelf.look,
    keep: (owner: StateOwner, streamId: string, kept: Kept<State>, bytes: number): void => {
      // What is too large would not be taken, and then not be disposed of either.
      if (bytes > keptBytes) entries.delete(streamId)
      else entries.set(streamId, { owner, shelved: shelf.put(kept), bytes })
    },
    forget: (owner: StateOwner, streamId: string): void => {
      if (entries.peek(streamId)?.owner === owner) entries.delete(streamId)
    },
    /**
     * Room for a state that is to be held: in turn, and for one that is larger than all the room when nothing else is held.
     * Gives what is called when it isn't held any more. @throws {Error} when it isn't wanted any more at its turn
     */
    enter: async (bytes: number, isWanted: () => boolean): Promise<() => void> => {
      if (queue.size === 0 && fits(bytes)) held += bytes
      else await new Promise<void>((enter, refuse) => queue.add({ bytes, isWanted, enter, refuse }))
      return () => {
        held -= bytes
        goOn()
      }
    },
  }
}

/** See {@link createStateMemory}. */
export type StateMemory<State> = ReturnType<typeof createStateMemory<State>>
