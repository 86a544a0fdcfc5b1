import type { EvolvingEvent } from '@reprise/core/decider.ts'
import type { EventType } from '@reprise/core/event.ts'
import { createKeeping, type Kept, type Stated } from './kept-state.ts'
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
  const changed = new Map<string, Kept<State>>()
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
    if (waiting.has(streamId)) return undefined
    const kept = changed.get(streamId) ?? held.get(streamId) ?? memory.find(owner, streamId)
    if (kept === undefined) return isStoreEmpty ? nothing : undefined
    return statedOf(kept)
  }
  const store = (streamId: string, kept: Kept<State>) => {
    const before = changed.get(streamId)
    if (before === undefined) {
      held.delete(streamId)
      memory.forget(owner, streamId)
    }
    changedBytes += bytesOf(kept) - (before ? bytesOf(before) : 0)
    changed.set(streamId, kept)
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
    adopt: (streamId: string, stated: Stated<State>): void => store(streamId, keep(stated)),
    /** Streams that changed since they were stored, and whose states must be loaded first. */
    absent: (): readonly string[] => [...waiting.keys()],
    /** The others that changed since they were stored. */
    changed: (): ReadonlyMap<string, Kept<State>> => new Map(changed),
    /** What all that changed since it was stored takes in memory, about. */
    get changedBytes() {
      return changedBytes
    },
    /** These states are stored now. */
    stored: (states: ReadonlyMap<string, Kept<State>>): void => {
      isStoreEmpty = false
      for (const [streamId, kept] of states) {
        if (changed.get(streamId) !== kept) continue
        changed.delete(streamId)
        changedBytes -= bytesOf(kept)
        unchanged(streamId, kept)
      }
    },
  }
}

/** See {@link createStreamStates}. */
export type StreamStates<State, Type extends EventType, Report> = ReturnType<
  typeof createStreamStates<State, Type, Report>
>
