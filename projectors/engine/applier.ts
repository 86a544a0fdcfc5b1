import type { RecordedEvent } from '@reprise/core/event.ts'
import { createBoundedCache } from './bounded-cache.ts'
import type { Turn } from './follow-topic.ts'
import type { Group } from './groups.ts'
import type { Touched, View } from './view.ts'

/** What applies batches of events to one view. */
export type Applier<Event> = Pick<View<unknown>, 'ensure' | 'checkpoints' | 'onLost' | 'settle'> & {
  readonly apply: (turn: Turn<Event>) => Promise<void>
  readonly forget: () => void
}

/** So many values a projection remembers at most. */
const cacheWeightMax = 500_000

type Grouping = (partition: number, events: readonly RecordedEvent[]) => readonly Group[]

/**
 * Groups a batch by key, loads each unknown group once, folds, and writes each touched group once. A group is touched
 * by an event above its position, even if the fold ends where it began. States are remembered until `forget`.
 */
export const createApplier = <State>(view: View<State>, group: Grouping): Applier<RecordedEvent> => {
  const cache = createBoundedCache<State>(cacheWeightMax, view.weigh)

  const statesOf = async (groups: readonly Group[]): Promise<readonly State[]> => {
    const states = groups.map(({ id }) => cache.get(id))
    const missing = groups.filter((_group, at) => states[at] === undefined)
    const loaded = missing.length > 0 ? await view.load(missing) : []
    let next = 0
    return states.map((state) => state ?? (loaded[next++] as State))
  }
  const foldAll = (groups: readonly Group[], states: readonly State[]): Touched<State>[] => {
    const touched: Touched<State>[] = []
    for (const [at, group] of groups.entries()) {
      const before = states[at] as State
      const state = view.fold(before, group)
      if (state !== before) touched.push({ group, state })
    }
    return touched
  }

  return {
    ensure: view.ensure,
    checkpoints: view.checkpoints,
    onLost: view.onLost,
    ...(view.settle && { settle: view.settle }),
    apply: async ({ partition, events, isCurrent }) => {
      const groups = group(partition, events)
      const touched = foldAll(groups, await statesOf(groups))
      await view.write(touched)
      // An older turn of this partition must not be remembered in the place of what was found anew.
      if (view.remembers && isCurrent())
        for (const {
          group: { id },
          state,
        } of touched)
          cache.set(id, state)
    },
    forget: cache.clear,
  }
}
