import type { RecordedEvent } from '@reprise/core/event.ts'
import type { EntityProjection } from '@reprise/core/entity-projection.ts'
import { fingerprintOf } from '@reprise/core/layout/physical-index.ts'
import type { AnyProjection } from '@reprise/core/projection.ts'
import type { Applier } from './applier.ts'
import { createEntityApplier } from './create-entity-applier.ts'
import { createView, type Stores } from './create-view.ts'
import type { DeadLetters } from './dead-letters.ts'
import { followTopic, type Following, type Reached, type Source } from './follow-topic.ts'
import { defaultGathering, storedAtOnce, untilRefreshed, type Gathering } from './gathering.ts'
import type { Popularity } from './popularity.ts'
import type { Progress } from './progress.ts'
import { createSettledWatermarks } from './settled-watermarks.ts'
import { catalogueReading, eventReading, type TopicReading } from './topic-reading.ts'
import type { Stay, StayStart } from './stay.ts'

/** Says which events of a batch count: copies of a play recorded before are left out. */
export type Verdicts = (
  events: readonly RecordedEvent[],
  isCurrent: () => boolean,
) => Promise<readonly RecordedEvent[]>

/** What a projection runs with. */
export type ProjectionOptions = Source & {
  readonly stores: Stores
  readonly progress: Progress
  readonly letters: DeadLetters
  /** Told when everything below an offset is stored, though perhaps nobody may be told yet. */
  readonly onStored?: (partition: number, next: number) => void
  /** Told when a part of what is being stored is. */
  readonly onPart?: (partition: number) => void
  /** Asked for projections of `playback-events`. */
  readonly verdicts: Verdicts
  /** Told of the plays that a projection has counted; nobody needs to be. */
  readonly popularity?: Popularity
}

/** Any declaration of a view, as the engine runs it. */
export type AnyDeclaration = AnyProjection | EntityProjection

/** A projection at work, and how often its cache was asked. */
export type RunningProjection = Following & Pick<Applier<unknown>, 'cache'>

/**
 * Runs one projection over its topic: batch, discard, group, load once, fold, write once, checkpoint, progress. Whatever
 * stops it stops no other.
 */
export const runProjection = (projection: AnyDeclaration, options: ProjectionOptions): RunningProjection => {
  const { codec, stores, verdicts, popularity } = options
  if ('show' in projection) {
    const reading = catalogueReading(codec, { isPatient: projection.onFailure.kind === 'retry' })
    return follow(projection, reading, createEntityApplier(projection, stores), options)
  }
  const { from: topic, on } = projection
  const view = createView(projection, stores)
  const begin = (start: StayStart): Stay<RecordedEvent> => {
    const stay = view.begin(start)
    const told = projection.name === popularity?.of ? popularity.gather() : undefined
    return {
      ...stay,
      apply: async (turn) => {
        const { events, isCurrent } = turn
        const counting = topic === 'playback-events' ? await verdicts(events, isCurrent) : events
        if (!isCurrent()) return
        await stay.apply({ ...turn, events: counting })
        told?.add(counting)
      },
      store: async (isCurrent, onPart) => {
        await stay.store(isCurrent, onPart)
        await told?.publish()
      },
    }
  }
  return follow(projection, eventReading(topic, new Set(Object.keys(on)), codec), { ...view, begin }, options)
}

const follow = <Event>(
  projection: AnyDeclaration,
  reading: TopicReading<Event>,
  view: Applier<Event>,
  options: ProjectionOptions,
): RunningProjection => {
  const { name, version, from: topic } = projection
  const { progress, logger } = options
  const publish = (partition: number, { watermark, quarantined }: Reached) => {
    const groups = quarantined.map(({ group, offset }) => ({ group, offset }))
    progress.publish({ projection: name, version, topic, partition, watermark, quarantined: groups })
  }
  const { settle } = view
  const settled =
    settle && createSettledWatermarks(() => settle(() => options.log.endOffsets(topic)), publish, logger)
  const tell = settled?.add ?? publish
  const following = followTopic(
    {
      name: `projection ${name} v${version}`,
      group: groupOf(projection),
      reading,
      ...view,
      applied: (partition, reached, isCurrent) => {
        options.onStored?.(partition, reached.watermark)
        tell(partition, reached, isCurrent)
      },
      letters: options.letters.of(projection),
      ...(options.onPart && { onPart: options.onPart }),
    },
    { ...options, gathering: gatheringFor(projection, options.gathering ?? defaultGathering) },
  )
  return { ...following, ...(view.cache && { cache: view.cache }) }
}

const gatheringFor = ({ store: { kind } }: AnyDeclaration, gathering: Gathering): Gathering =>
  kind === 'document' ? untilRefreshed(gathering) : kind === 'effect' ? storedAtOnce(gathering) : gathering

/**
 * Who fills another index of the same version reads all partitions too: while a change of mapping is rolled out, old and
 * new processes run side by side.
 */
export const groupOf = ({ name, version, store }: AnyDeclaration): string => {
  const group = `projection-${name}-v${version}`
  return store.kind === 'document' ? `${group}-${fingerprintOf([store.mappings, store.settings])}` : group
}
