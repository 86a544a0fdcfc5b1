import { EventFailed, type Group } from './groups.ts'
import type { Folded } from './fold-or-quarantine.ts'
import type { Touched } from './view.ts'

type Options<State> = {
  readonly write: (touched: readonly Touched<State>[]) => Promise<void>
  readonly fold: (state: State, group: Group) => Folded<State>
  /** How many times writing is tried before an event counts as failed. */
  readonly attempts: number
  readonly onFailure: (group: Group, failed: EventFailed) => void
}

/** A group's state before and after a batch. */
export type Changed<State> = Touched<State> & { readonly before: State }

/**
 * Writes groups; where writing one fails by the fault of one of its events (an effect outside that is refused), that
 * group is written up to before the event, and all others as they are. Answers what was written.
 */
export const writeOrQuarantine = async <State>(
  changed: readonly Changed<State>[],
  { write, fold, attempts, onFailure }: Options<State>,
): Promise<readonly Changed<State>[]> => {
  const without = ({ group, before }: Changed<State>, failed: EventFailed): readonly Changed<State>[] => {
    onFailure(group, failed)
    const events = group.events.filter(({ offset }) => offset < failed.event.offset)
    const { state } = fold(before, { ...group, events })
    return state === before ? [] : [{ group: { ...group, events }, before, state }]
  }
  let left = changed
  for (let attempt = 1; ; attempt++)
    try {
      await write(left)
      return left
    } catch (error) {
      if (!(error instanceof EventFailed)) throw error
      if (attempt % attempts !== 0) continue
      left = left.flatMap((one) => (one.group.events.includes(error.event) ? without(one, error) : [one]))
    }
}
