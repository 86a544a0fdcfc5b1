import { createDiscard, type Discard } from '@reprise/core/discarded-records.ts'
import type { Measurement } from '@reprise/core/measurement.ts'
import { playIndexMeasurementsOf } from '../play-index/play-index-measurements.ts'
import { playIndexGroup, startPlayIndex } from '../play-index/play-index.ts'
import type { Tracer } from '@reprise/core/ports/tracer.port.ts'
import { checkDeclaration } from './check-declaration.ts'
import type { Stores } from './create-view.ts'
import { createDeadLetters } from './dead-letters.ts'
import type { Source } from './follow-topic.ts'
import type { FollowerStatus } from './follower-status.ts'
import { createMeasures } from './measures.ts'
import { observeLog } from './observed-log.ts'
import { createProgress, type Progress } from './progress.ts'
import type { Popularity } from './popularity.ts'
import { projectionMeasurementsOf } from './projection-measurements.ts'
import type { ProjectionStatus } from './projection-status.ts'
import { groupOf, runProjection, type AnyDeclaration, type ProjectionOptions } from './run-projection.ts'
import { sharedLog, type Member, type SharedLogOptions } from './shared-reading/shared-log.ts'
import { watchProgress, type Watched } from './watch-progress.ts'

/** All projections of a process at work. */
export type Running = {
  readonly status: () => readonly FollowerStatus[]
  /** How far each is, as the log is now. */
  readonly look: () => Promise<readonly ProjectionStatus[]>
  readonly measure: () => Promise<readonly Measurement[]>
  /** Why not all is well, in words; undefined when every follower is running and moving. */
  readonly unwell: () => string | undefined
  readonly close: () => Promise<void>
}

/** What all run with. */
export type RunAllOptions = Source & {
  readonly stores: Stores
  readonly popularity?: Popularity
  /** See `watchProgress`. */
  readonly stalledMs?: number
  readonly tracer?: Tracer
  /** Who reads together, and how long they wait for each other. By default all but effects do. */
  readonly sharing?: Partial<SharedLogOptions>
}

/**
 * Runs projections side by side with the play index. They read each topic together; each waits and stops alone.
 * @throws where a declaration can't be run at all, before anything is.
 */
export const runAll = async (
  projections: readonly AnyDeclaration[],
  options: RunAllOptions,
): Promise<Running> => {
  const { codec, logger } = options
  projections.forEach(checkDeclaration)
  const log = sharedLog(options.log, { logger, members: membersOf(projections), ...options.sharing })
  const progress = createProgress(await log.createAppender('projection-progress'), codec, logger)
  const letters = await createDeadLetters({ log, codec, logger })
  const discarded = await log.createAppender('discarded-records')
  const discard = createDiscard({
    topic: 'playback-events',
    reason: 'duplicate',
    codec,
    appender: discarded,
    partitions: (await log.endOffsets('discarded-records')).length,
  })
  const index = watchedIndex({ ...options, log }, discard)
  const { verdicts } = index.following
  const watched: readonly Watched[] = [
    index,
    ...projections.map((projection) =>
      watchedProjection(projection, { ...options, log, progress, letters, verdicts }),
    ),
  ]
  const watch = watchProgress({ log, logger, watched, stalledMs: options.stalledMs })
  const status = () => watched.map(({ following }) => following.status())
  return {
    status,
    look: watch.look,
    measure: async () => [
      ...projectionMeasurementsOf(await watch.look()),
      ...playIndexMeasurementsOf(index.following.counts()),
    ],
    unwell: () =>
      unwellOf([...status().filter(({ state }) => state !== 'running'), ...stalledIn(watch.status())]),
    close: async () => {
      watch.stop()
      await Promise.all(watched.map(({ following }) => following.close()))
      await Promise.all([progress.close(), letters.close(), discarded.close()])
    },
  }
}

/** Effects read alone: processes with other members read all partitions too, and would tell everything twice. */
const membersOf = (projections: readonly AnyDeclaration[]): readonly Member[] => [
  { topic: 'playback-events', group: playIndexGroup, isAwaited: true },
  ...projections
    .filter(({ store }) => store.kind !== 'effect')
    .map((projection) => ({ topic: projection.from, group: groupOf(projection) })),
]

const watchedIndex = (options: RunAllOptions, discard: Discard) => {
  const measures = createMeasures({ name: 'play-index', version: 3, topic: 'playback-events' })
  const observed = observeLog(options.log, { measures, tracer: options.tracer })
  const { rows: store } = options.stores
  const { log } = observed
  const onApplied = (partition: number, watermark: number) => {
    observed.stored(partition, watermark)
    measures.applied(partition, watermark)
  }
  const following = startPlayIndex({ ...options, log, store, discard, onApplied })
  return { measures, observed, following }
}

const watchedProjection = (
  projection: AnyDeclaration,
  options: ProjectionOptions & Pick<RunAllOptions, 'tracer'>,
): Watched => {
  const { name, version, from: topic } = projection
  const measures = createMeasures({ name, version, topic })
  const observed = observeLog(options.log, { measures, tracer: options.tracer })
  const progress: Progress = {
    ...options.progress,
    publish: (told) => {
      measures.applied(told.partition, told.watermark)
      options.progress.publish(told)
    },
  }
  const following = runProjection(projection, {
    ...options,
    log: observed.log,
    progress,
    onStored: observed.stored,
    onPart: measures.moved,
  })
  return { measures, observed, following, cache: following.cache }
}

const stalledIn = (statuses: readonly ProjectionStatus[]) =>
  statuses.filter(({ state }) => state === 'stalled')

/** Why not all is well, in words; undefined when every follower is running. */
export const unwellOf = (statuses: readonly Unwell[]): string | undefined => {
  const unwell = statuses.filter(({ state }) => state !== 'running')
  if (unwell.length === 0) return undefined
  return unwell.map(({ name, state, reason }) => reason ?? `${name} is ${state}`).join('; ')
}

type Unwell = { readonly name: string; readonly state: string; readonly reason?: string }
