import type { EventType } from '@reprise/core/event.ts'
import { Problem } from '@reprise/core/problem.ts'
import type { History } from './history.ts'
import type { Pending } from './pending-commands.ts'
import type { Stated } from './kept-state.ts'
import type { Waiting } from './stream-states.ts'

/** What keeps the commands of a stream in order while something is fetched for one of them. */
export type PreparationOptions<State, Body, Type extends EventType, Report> = {
  readonly history: History<State, Body, Type, Report>
  /** These may be decided now, in this order. */
  readonly onReady: (entries: readonly Pending<Body, Report>[]) => void
  readonly onFailed: (entry: Pending<Body, Report>, reason: Problem) => void
}

/**
 * Fetches what a decision needs and isn't in memory: the stream's state, and whether the command's id is stored. A
 * decision itself never waits: it is made at once on what is in memory, or put off until that is there.
 */
export const createPreparation = <State, Body, Type extends EventType, Report>({
  history,
  onReady,
  onFailed,
}: PreparationOptions<State, Body, Type, Report>) => {
  type Entry = Pending<Body, Report>
  const waiting = new Map<string, Entry[]>()

  /** A second look is needed only where the id was stored after the first. */
  const needsLookUp = ({ command: { commandId, keyTime }, lookUps }: Entry): boolean =>
    lookUps === 0 ? history.mayBeStored(commandId, keyTime) : lookUps === 1 && history.wasRead(commandId)

  const fetchFor = async (entry: Entry, who: Waiting): Promise<void> => {
    const { streamId, commandId, keyTime } = entry.command
    const find = async () => {
      entry.lookUps++
      entry.stored = await history.lookUp(commandId, keyTime)
    }
    await Promise.all([
      history.stateOf(streamId) === undefined && history.loadState(streamId, who),
      needsLookUp(entry) && find(),
    ])
  }
  const prepare = async (streamId: string, entries: Entry[]): Promise<void> => {
    let failure: Problem | undefined
    const answered = Promise.withResolvers<unknown>()
    const isWanted = () => entries.some(({ deadline }) => deadline > performance.now())
    const who = { until: answered.promise, isWanted }
    for (let fetched = 0; fetched < entries.length && failure === undefined;) {
      const some = entries.slice(fetched)
      fetched = entries.length
      await Promise.all(some.map((entry) => fetchFor(entry, who))).catch((cause: unknown) => {
        failure = new Problem('not-ready', 'the store of states does not answer; nothing was done', { cause })
      })
    }
    waiting.delete(streamId)
    answered.resolve(Promise.allSettled(entries.map(({ outcome }) => outcome)))
    if (failure === undefined) onReady(entries)
    else for (const entry of entries) onFailed(entry, failure)
  }

  return {
    /** The state to decide a command on; undefined when it comes back later, through `onReady`. */
    stateFor: (entry: Entry): Stated<State> | undefined => {
      const { streamId } = entry.command
      const before = waiting.get(streamId)
      if (before !== undefined) {
        before.push(entry)
        return undefined
      }
      const state = history.stateOf(streamId)
      if (state !== undefined && !needsLookUp(entry)) return state
      const entries = [entry]
      waiting.set(streamId, entries)
      void prepare(streamId, entries)
      return undefined
    },
  }
}
