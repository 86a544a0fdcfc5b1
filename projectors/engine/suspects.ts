import { eachBounded } from './each-bounded.ts'
import type { Folded } from './fold-or-quarantine.ts'
import { GroupsRefused } from './groups-refused.ts'
import { eventFailed, type EventFailed, type Group } from './groups.ts'
import type { View } from './view.ts'
import type { Changed } from './write-or-quarantine.ts'

/** Groups that a store refused, when the effect of many events was written at once. */
export type Suspects<State> = {
  /** The events of this group up to an offset led to a state that the store refuses. */
  readonly add: (group: string, offset: number) => void
  /**
   * Writes the suspects among these at once, event by event: each as far as the store takes it. Answers all as they then
   * are.
   */
  readonly examine: (
    changed: readonly Changed<State>[],
    onFailure: (group: Group, failed: EventFailed) => void,
  ) => Promise<readonly Changed<State>[]>
}

type Options<State> = {
  readonly write: View<State>['write']
  readonly fold: (state: State, group: Group) => Folded<State>
  /** How many times an event is tried before it counts as failed. */
  readonly attempts: number
}

/** Law 13. One that is forgotten is refused, and found, again. */
const suspectsMax = 100_000

/**
 * A store says which document it refuses, and many events may have led there. So they are read again, and the group is
 * written after each of them: the first one whose state is refused is at fault, and what stands before it is kept.
 */
export const createSuspects = <State>({ write, fold, attempts }: Options<State>): Suspects<State> => {
  const upTo = new Map<string, number>()

  /** One event, to the store and back. */
  const step = async (before: State, group: Group): Promise<Folded<State>> => {
    for (let attempt = 1; ; attempt++)
      try {
        const folded = fold(before, group)
        if (folded.state !== before) await write([{ group, state: folded.state }])
        return folded
      } catch (error) {
        const cause = error instanceof GroupsRefused ? error.causes.get(group.id) : undefined
        const [event] = group.events
        if (cause === undefined || event === undefined) throw error
        if (attempt >= attempts) return { state: before, failed: eventFailed(event, cause) }
      }
  }
  const examined = async (
    { group, before }: Changed<State>,
    onFailure: (group: Group, failed: EventFailed) => void,
  ): Promise<Changed<State>> => {
    let state = before
    for (const event of group.events) {
      const folded = await step(state, { ...group, events: [event] })
      state = folded.state
      if (folded.failed === undefined) continue
      onFailure(group, folded.failed)
      return { group, before, state }
    }
    const last = group.events.at(-1)?.offset ?? -1
    if (last >= (upTo.get(group.id) ?? Infinity)) upTo.delete(group.id)
    return { group, before, state }
  }

  return {
    add: (group, offset) => {
      if (upTo.size >= suspectsMax) upTo.clear()
      upTo.set(group, offset)
    },
    examine: async (changed, onFailure) => {
      if (upTo.size === 0) return changed
      const after = [...changed]
      await eachBounded(changed, async (one, at) => {
        if (upTo.has(one.group.id)) after[at] = await examined(one, onFailure)
      })
      return after.filter(({ state, before }) => state !== before)
    },
  }
}
