import type { RecordedEvent } from '@reprise/core/event.ts'
import type { FailurePolicy } from '@reprise/core/failure-policy.ts'
import { createBoundedCache } from './bounded-cache.ts'
import { attemptsOf, createFailing } from './failing.ts'
import { foldOrQuarantine } from './fold-or-quarantine.ts'
import { nameOf, type EventFailed, type Group, type OnFailure } from './groups.ts'
import type { CacheCounts } from './projection-status.ts'
import type { Turn } from './turn.ts'
import type { View } from './view.ts'
import { writeOrQuarantine, type Changed } from './write-or-quarantine.ts'

/** What applies batches of events to one view. */
export type Applier<Event> = Pick<View<unknown>, 'ensure' | 'checkpoints' | 'onLost' | 'settle'> & {
  readonly apply: (turn: Turn<Event>) => Promise<void>
  readonly forget: () => void
  /** How often the states of groups were remembered; missing where nothing is. */
  readonly cache?: () => CacheCounts
}

/** So many values a projection remembers at most. */
const cacheWeightMax = 500_000

type Options = {
  readonly group: (turn: Turn<RecordedEvent>, onFailure: OnFailure) => readonly Group[]
  readonly onFailure: FailurePolicy
}

/**
 * Groups a batch by key, loads each unknown group once, folds, and writes each touched group once. A group is touched
 * by an event above its position, even if the fold ends where it began. States are remembered until `forget`. A group
 * whose fold fails is written as it stood before the event that failed.
 */
export const createApplier = <State>(
  view: View<State>,
  { group: groupsOf, onFailure: policy }: Options,
): Applier<RecordedEvent> => {
  const cache = createBoundedCache<State>(cacheWeightMax, view.weigh)
  const counts = { hits: 0, misses: 0 }
  const fold = foldOrQuarantine(view.fold, attemptsOf(policy))

  const statesOf = async (groups: readonly Group[]): Promise<readonly State[]> => {
    const states = groups.map(({ id }) => cache.get(id))
    const missing = groups.filter((_group, at) => states[at] === undefined)
    counts.hits += groups.length - missing.length
    counts.misses += missing.length
    const loaded = missing.length > 0 ? await view.load(missing) : []
    let next = 0
    return states.map((state) => state ?? (loaded[next++] as State))
  }
  const foldAll = (
    groups: readonly Group[],
    states: readonly State[],
    onFailure: OnFailure,
  ): readonly Changed<State>[] => {
    const changed: Changed<State>[] = []
    for (const [at, group] of groups.entries()) {
      const before = states[at] as State
      const { state, failed } = fold(before, group)
      if (failed) onFailure(failureOf(group, failed))
      if (state !== before) changed.push({ group, before, state })
    }
    return changed
  }

  return {
    ensure: view.ensure,
    checkpoints: view.checkpoints,
    onLost: view.onLost,
    ...(view.settle && { settle: view.settle }),
    apply: async (turn) => {
      const { onFailure, failures } = createFailing(policy)
      const groups = groupsOf(turn, onFailure)
      const touched = await writeOrQuarantine(foldAll(groups, await statesOf(groups), onFailure), {
        write: view.write,
        fold,
        attempts: attemptsOf(policy),
        onFailure: (group, failed) => onFailure(failureOf(group, failed)),
      })
      // An older turn of this partition must not be remembered in the place of what was found anew.
      if (view.remembers && turn.isCurrent())
        for (const { group, state } of touched) cache.set(group.id, state)
      for (const failure of failures()) turn.fail(failure)
    },
    forget: cache.clear,
    ...(view.remembers && { cache: () => ({ ...counts }) }),
  }
}

const failureOf = (group: Group, cause: EventFailed) => ({
  group: nameOf(group),
  offset: cause.event.offset,
  cause,
})
