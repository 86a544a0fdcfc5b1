import { EventFailed, type Group } from './groups.ts'

/** What folding came to: the state before the event that failed, if one did. */
export type Folded<State> = { readonly state: State; readonly failed?: EventFailed }

/**
 * Folds a group as far as it goes. A handler that throws is tried `attempts` times; then the fold ends before its event.
 * @throws whatever is no handler's fault.
 */
export const foldOrQuarantine = <State>(
  fold: (state: State, group: Group) => State,
  attempts: number,
): ((state: State, group: Group) => Folded<State>) => {
  const foldAll = (state: State, group: Group): Folded<State> => {
    for (let attempt = 1; ; attempt++)
      try {
        return { state: fold(state, group) }
      } catch (error) {
        if (!(error instanceof EventFailed)) throw error
        if (attempt === attempts) return upTo(error, state, group)
      }
  }
  const upTo = (failed: EventFailed, state: State, group: Group): Folded<State> => {
    const events = group.events.filter(({ offset }) => offset < failed.event.offset)
    // A handler that isn't pure may fail earlier now: what came before that counts.
    return events.length === 0 ? { state, failed } : { failed, ...foldAll(state, { ...group, events }) }
  }
  return foldAll
}
