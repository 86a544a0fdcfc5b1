import type { Measurement } from '@reprise/core/measurement.ts'
import type { ProjectionStatus } from './projection-status.ts'

const states = ['starting', 'running', 'waiting', 'stalled', 'stopped'] as const

/** Every figure of the projections, and what it means. */
const help = {
  reprise_projection_lag_events: 'Events of a partition that are not visible in the view yet',
  reprise_projection_lag_seconds: 'How far the view is behind the log in a partition',
  reprise_projection_watermark: 'The offset below which everything is stored and visible',
  reprise_projection_applied_events_total: 'Events applied since the process was started',
  reprise_projection_quarantined_groups: 'Groups that wait behind an event that could not be applied',
  reprise_projection_cache_hits_total: 'Groups of a batch whose rows were in memory',
  reprise_projection_cache_misses_total: 'Groups of a batch whose rows had to be loaded',
  reprise_projection_state: '1 for the state that the projection is in',
  reprise_projection_reader_replacements_total: 'Readers that were replaced because nothing moved',
} as const

/** What the projections of a process measure, for Prometheus. */
export const projectionMeasurementsOf = (statuses: readonly ProjectionStatus[]): readonly Measurement[] =>
  statuses.flatMap((status) => [...partitionMeasurementsOf(status), ...wholeMeasurementsOf(status)])

const partitionMeasurementsOf = ({ name, version, partitions }: ProjectionStatus): readonly Measurement[] =>
  partitions.flatMap(({ partition, lagEvents, lagSeconds, watermark }) => {
    const labels = { projection: name, version, partition }
    return [
      measurementOf('reprise_projection_lag_events', labels, lagEvents),
      ...(lagSeconds === undefined
        ? []
        : [measurementOf('reprise_projection_lag_seconds', labels, lagSeconds)]),
      measurementOf('reprise_projection_watermark', labels, watermark),
    ]
  })

const wholeMeasurementsOf = (status: ProjectionStatus): readonly Measurement[] => {
  const labels = { projection: status.name, version: status.version }
  const { cache } = status
  return [
    measurementOf('reprise_projection_applied_events_total', labels, status.appliedTotal),
    measurementOf('reprise_projection_quarantined_groups', labels, status.quarantined),
    ...(cache
      ? [
          measurementOf('reprise_projection_cache_hits_total', labels, cache.hits),
          measurementOf('reprise_projection_cache_misses_total', labels, cache.misses),
        ]
      : []),
    ...states.map((state) =>
      measurementOf('reprise_projection_state', { ...labels, state }, state === status.state ? 1 : 0),
    ),
    measurementOf('reprise_projection_reader_replacements_total', labels, status.readerReplacements),
  ]
}

const measurementOf = (
  name: keyof typeof help,
  labels: Measurement['labels'],
  value: number,
): Measurement => ({
  name,
  help: help[name],
  labels,
  value,
})
