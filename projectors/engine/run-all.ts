import { startPlayIndex } from '../play-index/play-index.ts'
import type { Stores } from './create-view.ts'
import { createDeadLetters } from './dead-letters.ts'
import type { Source } from './follow-topic.ts'
import type { FollowerStatus } from './follower-status.ts'
import { createProgress } from './progress.ts'
import type { Popularity } from './popularity.ts'
import { runProjection, type AnyDeclaration } from './run-projection.ts'

/** All projections of a process at work. */
export type Running = {
  readonly status: () => readonly FollowerStatus[]
  readonly close: () => Promise<void>
}

/** Runs projections side by side with the play index; each has a reader of its own and stops alone. */
export const runAll = async (
  projections: readonly AnyDeclaration[],
  options: Source & { readonly stores: Stores; readonly popularity?: Popularity },
): Promise<Running> => {
  const { log, codec, logger, stores } = options
  const progress = createProgress(await log.createAppender('projection-progress'), codec, logger)
  const letters = await createDeadLetters({ log, codec, logger })
  const index = startPlayIndex(stores.rows, options)
  const { verdicts } = index
  const followers = [
    index,
    ...projections.map((projection) =>
      runProjection(projection, { ...options, progress, letters, verdicts }),
    ),
  ]
  return {
    status: () => followers.map(({ status }) => status()),
    close: async () => {
      await Promise.all(followers.map(({ close }) => close()))
      await Promise.all([progress.close(), letters.close()])
    },
  }
}

/** Why not all is well, in words; undefined when every follower is running. */
export const unwellOf = (statuses: readonly FollowerStatus[]): string | undefined => {
  const unwell = statuses.filter(({ state }) => state !== 'running')
  if (unwell.length === 0) return undefined
  return unwell.map(({ name, state, reason }) => reason ?? `${name} is ${state}`).join('; ')
}
