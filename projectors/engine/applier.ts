import type { RecordedEvent } from '@reprise/core/event.ts'
import type { FailurePolicy } from '@reprise/core/failure-policy.ts'
import { nowhere } from '@reprise/core/layout/column-name.ts'
import { createBoundedCache, type BoundedCache } from './bounded-cache.ts'
import { attemptsOf, createFailing } from './failing.ts'
import { foldOrQuarantine } from './fold-or-quarantine.ts'
import { GroupsRefused } from './groups-refused.ts'
import { nameOf, type EventFailed, type Group, type OnFailure } from './groups.ts'
import type { CacheCounts } from './projection-status.ts'
import { createPackedCache } from './packed-cache.ts'
import { TakenInAgain, type Stay, type StayStart } from './stay.ts'
import { createSuspects } from './suspects.ts'
import type { Turn } from './turn.ts'
import { createUntouchedKeys } from './untouched-keys.ts'
import type { View } from './view.ts'
import { writeOrQuarantine, type Changed } from './write-or-quarantine.ts'

/** What applies events to one view. */
export type Applier<Event> = Pick<View<unknown>, 'ensure' | 'checkpoints' | 'onLost' | 'settle'> & {
  readonly begin: (start: StayStart) => Stay<Event>
  readonly forget: () => void
  /** How often the states of groups were remembered; missing where nothing is. */
  readonly cache?: () => CacheCounts
}

/** So many values a projection remembers at most, and so many it changes before they are stored. */
const cacheWeightMax = 400_000
const openWeightMax = 1_000_000
/** What a projection remembers that packs its states: nearly two hundred thousand partial counts. */
const packedBytesMax = 20 * 1024 * 1024
/** So many groups are made into rows at once. */
const writtenAtOnce = 500
/** What is open is kept without its events, which are many. */
const noEvents: RecordedEvent[] = []

type Options = {
  readonly group: (turn: Turn<RecordedEvent>, onFailure: OnFailure) => readonly Group[]
  readonly onFailure: FailurePolicy
}

/** A group that was changed, and what it weighs. */
type Open<State> = {
  readonly group: Group
  state: State
  weight: number
  /** The offset of its last event. */
  upTo: number
}

/**
 * Groups a batch by key, loads each unknown group once, folds, and writes each touched group once, however many batches
 * touched it since the last time. A group is touched by an event above its position, even if the fold ends where it
 * began. States are remembered until `forget`. A group whose fold fails, or whose state the store refuses, is written as
 * it stood before the event that failed.
 */
export const createApplier = <State>(
  view: View<State>,
  { group: groupsOf, onFailure: policy }: Options,
): Applier<RecordedEvent> => {
  const { initial, stored = (state: State) => state } = view
  const cache = createMemory(view)
  const counts = { hits: 0, misses: 0 }
  const fold = foldOrQuarantine(view.fold, attemptsOf(policy))
  const suspects = createSuspects({ write: view.write, fold, attempts: attemptsOf(policy) })
  let openWeight = 0

  /** Those of them that the store refuses; all others are written. */
  const refusedOf = async (written: readonly Open<State>[]): Promise<readonly Open<State>[]> => {
    try {
      await view.write(written)
      return []
    } catch (error) {
      if (error instanceof GroupsRefused) return written.filter(({ group }) => error.causes.has(group.id))
      throw error
    }
  }

  const begin = ({ next }: StayStart): Stay<RecordedEvent> => {
    const open = new Map<string, Open<State>>()
    const untouched = next === 0 && initial !== undefined ? createUntouchedKeys() : undefined
    let weight = 0

    const stateKnown = (id: string): State | undefined =>
      untouched?.has(id) === true ? initial : (open.get(id)?.state ?? cache.get(id))
    const statesOf = async (groups: readonly Group[]): Promise<readonly State[]> => {
      const states = groups.map(({ id }) => stateKnown(id))
      const missing = groups.filter((_group, at) => states[at] === undefined)
      counts.hits += groups.length - missing.length
      counts.misses += missing.length
      const loaded = missing.length > 0 ? await view.load(missing) : []
      let next = 0
      return states.map((state) => state ?? (loaded[next++] as State))
    }
    const foldAll = (groups: readonly Group[], states: readonly State[], onFailure: OnFailure) => {
      const changed: Changed<State>[] = []
      groups.forEach((group, at) => {
        const before = states[at] as State
        const { state, failed } = fold(before, group)
        if (failed) onFailure(failureOf(group, failed))
        if (state !== before) changed.push({ group, before, state })
      })
      return changed
    }
    const add = (delta: number) => {
      weight += delta
      openWeight += delta
    }
    const takeIn = ({ group, state }: Changed<State>) => {
      const { id, key, partition, events } = group
      const upTo = events.at(-1)?.offset ?? nowhere
      untouched?.touch(id)
      const own = view.weigh(state)
      const before = open.get(id)
      add(own - (before?.weight ?? 0))
      if (before) {
        before.state = state
        before.weight = own
        before.upTo = upTo
      } else open.set(id, { group: { id, key, partition, events: noEvents }, state, weight: own, upTo })
    }
    const writeAtOnce = async (changed: readonly Changed<State>[], onFailure: OnFailure) => {
      await writeOrQuarantine(changed, {
        write: view.write,
        fold,
        attempts: attemptsOf(policy),
        onFailure: (group, failed) => onFailure(failureOf(group, failed)),
      })
    }

    return {
      apply: async (turn) => {
        const { onFailure, failures } = createFailing(policy)
        const groups = groupsOf(turn, onFailure)
        const changed = foldAll(groups, await statesOf(groups), onFailure)
        if (view.isEffect === true) await writeAtOnce(changed, onFailure)
        else {
          const examined = await suspects.examine(changed, (group, failed) =>
            onFailure(failureOf(group, failed)),
          )
          if (turn.isCurrent()) for (const one of examined) takeIn(one)
        }
        for (const failure of failures()) turn.fail(failure)
      },
      store: async (isCurrent, onPart) => {
        if (open.size === 0) return
        const changed = byOwner(view.ownerOf, [...open.values()])
        const refused: Open<State>[] = []
        for (let at = 0; at < changed.length; at += writtenAtOnce) {
          refused.push(...(await refusedOf(changed.slice(at, at + writtenAtOnce))))
          onPart()
        }
        if (refused.length > 0) {
          for (const { group, upTo } of refused) suspects.add(group.id, upTo)
          throw new TakenInAgain(`the store refuses ${refused.length} of ${changed.length} groups`)
        }
        // What another stay of this partition has found anew must not be replaced by what is older.
        if (view.remembers && isCurrent()) for (const [id, { state }] of open) cache.set(id, stored(state))
        open.clear()
        add(-weight)
      },
      isFull: () => openWeight >= openWeightMax,
      end: () => {
        open.clear()
        add(-weight)
      },
    }
  }
  return {
    ensure: view.ensure,
    checkpoints: view.checkpoints,
    onLost: view.onLost,
    ...(view.settle && { settle: view.settle }),
    begin,
    forget: cache.clear,
    ...(view.remembers && { cache: () => ({ ...counts }) }),
  }
}

/** Those of one owner side by side, so that they are written together. */
const byOwner = <State>(
  ownerOf: View<State>['ownerOf'],
  all: readonly Open<State>[],
): readonly Open<State>[] =>
  ownerOf ? [...Map.groupBy(all, ({ group }) => ownerOf(group)).values()].flat() : all

/** Remembers states, packed where the view says how. */
const createMemory = <State>({
  packing,
  weigh,
}: View<State>): Pick<BoundedCache<State>, 'get' | 'set' | 'clear'> => {
  if (packing === undefined) return createBoundedCache<State>(cacheWeightMax, weigh)
  const { get, set, clear } = createPackedCache(packedBytesMax)
  return {
    get: (id) => {
      const text = get(id)
      return text === undefined ? undefined : packing.unpack(text)
    },
    set: (id, state) => set(id, packing.pack(state)),
    clear,
  }
}

const failureOf = (group: Group, cause: EventFailed) => ({
  group: nameOf(group),
  offset: cause.event.offset,
  cause,
})
