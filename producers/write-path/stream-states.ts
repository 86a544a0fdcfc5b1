import type { EvolvingEvent } from '@reprise/core/decider.ts'
import type { EventType } from '@reprise/core/event.ts'
import { nextTurn } from '@reprise/core/next-turn.ts'
import { createKeeping, createShelf, type Kept, type Shelved, type Stated } from './kept-state.ts'
import type { StoredState } from './snapshot-store.ts'
import type { StateMemory, StateOwner } from './state-memory.ts'
import type { StreamType } from './stream-type.ts'

/** An accepted event of a stream, with the version that it makes. */
export type Fact<Type extends EventType, Report> = {
  readonly offset: number
  readonly version: number
  readonly event: EvolvingEvent<Type>
  /** What it takes in memory, about. */
  readonly bytes: number
  /** What the stream's first event leaves in its state for ever. */
  readonly creation: Parameters<StreamType<never, never, Type, Report>['withCreation']>[1]
}

/** What streams states are made of. */
export type StreamStatesOptions<State, Type extends EventType, Report> = {
  readonly stream: Pick<
    StreamType<State, never, Type, Report>,
    'initialState' | 'evolve' | 'withCreation' | 'snapshot'
  >
  /** The stored state of a stream; undefined where nothing is stored of it. */
  readonly load: (streamId: string) => Promise<StoredState<State> | undefined>
  /** Whether nothing has ever been stored of this partition: then a stream that isn't in memory has no events. */
  readonly isStoreEmpty: boolean
  readonly memory: StateMemory<State>
}

/** The states that had changed at a moment. */
export type StatesCut<State> = {
  readonly states: StatesToStore<State>
  /** They are stored now. A few at a time, as commands come first. */
  readonly stored: () => Promise<void>
}

/** States by stream, each made when it is its turn. */
export type StatesToStore<State> = Iterable<readonly [streamId: string, kept: Kept<State>]>

/** So many stored states go where unchanged ones are kept, before commands have their turn. */
const movedTogether = 256

/** Who waits for a state: it is held until `until` is resolved, and not read when its turn comes if it isn't wanted then. */
export type Waiting = { readonly until: Promise<unknown>; readonly isWanted: () => boolean }

/**
 * The decider states of one partition's streams, as of what was read back. What changed since it was stored last stays
 * in memory; of the rest what is held for somebody and the streams used last. Events of a stream whose state isn't in memory wait until it is asked
 * for, so taking over a partition loads nothing.
 */
export const createStreamStates = <State, Type extends EventType, Report>(
  options: StreamStatesOptions<State, Type, Report>,
) => {
  const { stream, memory } = options
  const owner: StateOwner = {}
  const { keep, statedOf, bytesOf } = createKeeping(stream.snapshot)
  const shelf = createShelf<State>()
  const changed = new Map<string, Shelved<State>>()
  /** Of the newest cut: they have changed again, and may yet be written as they were. */
  let replaced: Shelved<State>[] = []
  let cutOut: object | undefined
  /** Whoever decides on a state asks for it more than once. */
  let last: { readonly from: object; readonly stated: Stated<State> } | undefined
  /** Of streams that changed too: read before the state below them was. */
  const waiting = new Map<string, Fact<Type, Report>[]>()
  /** Unchanged, and kept for whoever waits for them however large they are. */
  const held = new Map<string, Kept<State>>()
  const loading = new Map<string, Promise<void>>()
  let isStoreEmpty = options.isStoreEmpty
  /** Of the changed states, and of the events that wait for theirs. */
  let changedBytes = 0
  const nothing: Stated<State> = { state: stream.initialState, version: 0, offset: -1 }

  const folded = (
    before: Stated<State>,
    { offset, version, event, creation }: Fact<Type, Report>,
  ): Stated<State> => {
    if (offset <= before.offset) return before
    const evolved = stream.evolve(before.state, event)
    return { state: before.version === 0 ? stream.withCreation(evolved, creation) : evolved, version, offset }
  }
  const find = (streamId: string): Stated<State> | undefined => {
    if (waiting.size > 0 && waiting.has(streamId)) return undefined
    const own = changed.get(streamId)
    const from = own ?? held.get(streamId) ?? memory.find(owner, streamId)
    if (from === undefined) return isStoreEmpty ? nothing : undefined
    if (last?.from === from) return last.stated
    const kept = own ? shelf.look(own) : 'block' in from ? memory.look(from) : from
    const stated = statedOf(kept)
    last = { from, stated }
    return stated
  }
  const store = (streamId: string, stated: Stated<State>) => {
    const before = changed.get(streamId)
    if (before === undefined) {
      held.delete(streamId)
      memory.forget(owner, streamId)
    } else if (cutOut) replaced.push(before)
    const shelved = shelf.put(keep(stated), cutOut ? undefined : before)
    changedBytes += bytesOf(shelved) - (before ? bytesOf(before) : 0)
    changed.set(streamId, shelved)
    last = { from: shelved, stated }
  }
  const cutIsDone = () => {
    for (const shelved of replaced) shelf.remove(shelved)
    replaced = []
    cutOut = undefined
  }
  const unchanged = (streamId: string, kept: Kept<State>) => memory.keep(owner, streamId, kept, bytesOf(kept))
  const hold = (streamId: string, kept: Kept<State>, until: Promise<unknown>) => {
    held.set(streamId, kept)
    void until.then(() => held.get(streamId) === kept && held.delete(streamId))
  }
  const read = async (streamId: string, who: Waiting | undefined): Promise<void> => {
    const stored = await options.load(streamId)
    // One that has changed already is what waits to be stored, and bounded with that.
    const isHeld = who && stored && !waiting.has(streamId)
    const leave = isHeld && (await memory.enter(stored.bytes, who.isWanted))
    if (leave) void who.until.then(leave)
    const stated = (await stored?.unpack()) ?? nothing
    if (find(streamId) !== undefined) return
    const facts = waiting.get(streamId)
    waiting.delete(streamId)
    if (facts === undefined) {
      const kept = keep(stated)
      unchanged(streamId, kept)
      if (who) hold(streamId, kept, who.until)
    } else {
      for (const { bytes } of facts) changedBytes -= bytes
      store(streamId, facts.reduce(folded, stated))
    }
  }

  return {
    /** Undefined where it must be loaded first. */
    find,
    /** Resolves when {@link find} knows it, which it does as long as it is held for `who`. @throws what the store throws */
    load: (streamId: string, who?: Waiting): Promise<void> => {
      const underWay = loading.get(streamId) ?? read(streamId, who).finally(() => loading.delete(streamId))
      loading.set(streamId, underWay)
      return underWay
    },
    /** Folds the next event of a stream, now or when its state is there. */
    fold: (streamId: string, fact: Fact<Type, Report>): void => {
      const before = find(streamId)
      const facts = waiting.get(streamId)
      if (before !== undefined) {
        store(streamId, folded(before, fact))
        return
      }
      changedBytes += fact.bytes
      if (facts === undefined) waiting.set(streamId, [fact])
      else facts.push(fact)
    },
    /** Takes over a state that was computed when its event was decided. */
    adopt: store,
    /** Streams that changed since they were stored, and whose states must be loaded first. */
    absent: (): readonly string[] => [...waiting.keys()],
    /** What all that changed since it was stored takes in memory, about. */
    get changedBytes() {
      return changedBytes
    },
    /** The others that changed since they were stored, as they are now. Nothing of an earlier cut is asked for any more. */
    cut: (): StatesCut<State> => {
      cutIsDone()
      const all = new Map(changed)
      cutOut = all
      const toStore = function* () {
        for (const [streamId, shelved] of all) {
          // Whoever stores an earlier cut still, in vain, must not look where other texts are now.
          if (cutOut !== all) return
          yield [streamId, shelf.look(shelved)] as const
        }
      }
      const stored = async () => {
        isStoreEmpty = false
        cutIsDone()
        let nth = 0
        for (const [streamId, shelved] of all) {
          if (++nth % movedTogether === 0) await nextTurn()
          if (changed.get(streamId) !== shelved) continue
          changed.delete(streamId)
          changedBytes -= bytesOf(shelved)
          unchanged(streamId, shelf.look(shelved))
          shelf.remove(shelved)
        }
      }
      return { states: { [Symbol.iterator]: toStore }, stored }
    },
  }
}

/** See {@link createStreamStates}. */
export type StreamStates<State, Type extends EventType, Report> = ReturnType<
  typeof createStreamStates<State, Type, Report>
>
