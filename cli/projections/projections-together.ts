import type { ProjectionStatus } from '@reprise/projectors/engine/projection-status.ts'

/** What several processes say of their partitions, as one status per projection version. The worst state stands. */
export const togetherOf = (answers: readonly (readonly ProjectionStatus[])[]): readonly ProjectionStatus[] =>
  [...Map.groupBy(answers.flat(), ({ name, version }) => `${name}/${version}`).values()].map((parts) =>
    parts.reduce(together),
  )

const badness = ['running', 'starting', 'waiting', 'stalled', 'stopped'] as const

const together = (one: ProjectionStatus, other: ProjectionStatus): ProjectionStatus => {
  const [better, worse] =
    badness.indexOf(one.state) < badness.indexOf(other.state) ? [one, other] : [other, one]
  const lags = [one.lagSeconds, other.lagSeconds].flatMap((lag) => lag ?? [])
  return {
    ...better,
    ...worse,
    lagEvents: one.lagEvents + other.lagEvents,
    ...(lags.length > 0 && { lagSeconds: Math.max(...lags) }),
    rate: one.rate + other.rate,
    appliedTotal: one.appliedTotal + other.appliedTotal,
    quarantined: one.quarantined + other.quarantined,
    ...(one.cache &&
      other.cache && {
        cache: { hits: one.cache.hits + other.cache.hits, misses: one.cache.misses + other.cache.misses },
      }),
    readerReplacements: one.readerReplacements + other.readerReplacements,
    partitions: [...one.partitions, ...other.partitions].sort((a, b) => a.partition - b.partition),
  }
}
