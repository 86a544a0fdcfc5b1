import type { RecordedEvent } from '@reprise/core/event.ts'
import type { AnyProjection } from '@reprise/core/projection.ts'
import { createView, type Stores } from './create-view.ts'
import { followTopic, type Following, type Source } from './follow-topic.ts'
import type { Progress } from './progress.ts'
import { createSettledWatermarks } from './settled-watermarks.ts'

/** Says which events of a batch count: copies of a play recorded before are left out. */
export type Verdicts = (
  events: readonly RecordedEvent[],
  isCurrent: () => boolean,
) => Promise<readonly RecordedEvent[]>

/** What a projection runs with. */
export type ProjectionOptions = Source & {
  readonly stores: Stores
  readonly progress: Progress
  /** Asked for projections of `playback-events`. */
  readonly verdicts: Verdicts
}

/**
 * Runs one projection over its topic, with a reader of its own: batch, discard, group, load once, fold, write once,
 * checkpoint, progress. Whatever stops it stops no other.
 */
export const runProjection = (projection: AnyProjection, options: ProjectionOptions): Following => {
  const { name, version, from: topic } = projection
  const { progress, verdicts, logger } = options
  const view = createView(projection, options.stores)
  const publish = (partition: number, watermark: number) => {
    progress.publish({ projection: name, version, topic, partition, watermark, quarantined: [] })
  }
  const settled = view.settle && createSettledWatermarks(view.settle, publish, logger)

  return followTopic(
    {
      name: `projection ${name} v${version}`,
      group: `projection-${name}-v${version}`,
      topic,
      types: new Set(Object.keys(projection.on)),
      checkpoints: view.checkpoints,
      ensure: view.ensure,
      apply: async (turn) => {
        const { events, isCurrent } = turn
        const counting = topic === 'playback-events' ? await verdicts(events, isCurrent) : events
        if (isCurrent()) await view.apply({ ...turn, events: counting })
      },
      applied: settled?.add ?? publish,
      forget: view.forget,
      onLost: view.onLost,
    },
    options,
  )
}
