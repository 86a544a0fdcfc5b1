import type { FollowerStatus } from './follower-status.ts'
import type { Measured, Measures, PartitionMeasure } from './measures.ts'

/** How one projection is in one process, for people and programs. */
export type ProjectionStatus = Measured & {
  /** Stalled: it has events to read, nothing that it needs is known to be down, and yet it makes no progress. */
  readonly state: FollowerStatus['state'] | 'stalled'
  /** Why it waits, is stalled or has stopped. */
  readonly reason?: string
  /** Events that aren't visible yet, of all partitions that the process has. */
  readonly lagEvents: number
  /** How far behind the slowest partition is. Missing while nothing has been read. */
  readonly lagSeconds?: number
  /** Events a second, over the last ten seconds. */
  readonly rate: number
  readonly appliedTotal: number
  readonly quarantined: number
  /** Groups that a batch touched, and found in memory or had to load. Missing where nothing is ever loaded. */
  readonly cache?: CacheCounts
  readonly readerReplacements: number
  readonly partitions: readonly PartitionStatus[]
}

/** How often the cache of rows was asked. */
export type CacheCounts = { readonly hits: number; readonly misses: number }

/** See {@link ProjectionStatus}. */
export type PartitionStatus = {
  readonly partition: number
  /** All below is stored and visible. */
  readonly watermark: number
  readonly end: number
  readonly lagEvents: number
  readonly lagSeconds?: number
}

/** What a status is made of. */
export type StatusParts = {
  readonly measures: Measures
  readonly follower: FollowerStatus
  readonly cache?: CacheCounts | undefined
  readonly readerReplacements: number
  /** Where the topic's partitions ended when that was last asked. */
  readonly ends: readonly number[]
  /** When each partition was last seen to have no lag. */
  readonly caughtUpAt: ReadonlyMap<number, number>
  readonly stalledMs: number
  readonly now: number
}

/** The status of one projection. */
export const projectionStatusOf = (parts: StatusParts): ProjectionStatus => {
  const { measures, follower, cache, readerReplacements, now } = parts
  const partitions = measures.partitions().map((measure) => partitionStatusOf(measure, parts))
  const lagsSeconds = partitions.flatMap(({ lagSeconds }) => lagSeconds ?? [])
  const stalled = follower.state === 'running' ? stalledOf(parts) : undefined
  const reason = stalled ?? follower.reason
  return {
    ...measures.of,
    state: stalled === undefined ? follower.state : 'stalled',
    ...(reason !== undefined && { reason }),
    lagEvents: partitions.reduce((sum, { lagEvents }) => sum + lagEvents, 0),
    ...(lagsSeconds.length > 0 && { lagSeconds: Math.max(...lagsSeconds) }),
    rate: measures.rate(now),
    appliedTotal: measures.appliedTotal(),
    quarantined: follower.quarantined ?? 0,
    ...(cache && { cache }),
    readerReplacements,
    partitions,
  }
}

const partitionStatusOf = (
  { partition, watermark, recordedAt }: PartitionMeasure & { readonly partition: number },
  { ends, caughtUpAt, now }: StatusParts,
): PartitionStatus => {
  const end = Math.max(ends[partition] ?? 0, watermark)
  const lagEvents = end - watermark
  // Idle for an hour and one event behind is not an hour behind.
  const since = Math.max(recordedAt ?? -Infinity, caughtUpAt.get(partition) ?? -Infinity)
  const lagSeconds = lagEvents === 0 ? 0 : Math.max(0, now - since) / 1_000
  return { partition, watermark, end, lagEvents, ...(Number.isFinite(lagSeconds) && { lagSeconds }) }
}

/**
 * In words, which partition has had something to read for too long without any progress. One of which nothing is in hand
 * may wait for its turn as long as others move: far behind, few partitions are read at a time, and a reader that delivers
 * nothing more of one notices that itself.
 */
const stalledOf = ({ measures, ends, caughtUpAt, stalledMs, now }: StatusParts): string | undefined => {
  const { name } = measures.of
  const partitions = measures.partitions()
  const lastMovedAt = Math.max(...partitions.map(({ movedAt }) => movedAt))
  for (const { partition, watermark, next, taken, movedAt } of partitions) {
    const [at, end] = [Math.max(watermark, next), ends[partition] ?? 0]
    const forMs = now - Math.max(movedAt, caughtUpAt.get(partition) ?? 0)
    const mayWait = taken <= at && now - lastMovedAt <= stalledMs
    if (at < end && forMs > stalledMs && !mayWait)
      return `${name} makes no progress: partition ${partition} stands at ${at} of ${end} for ${Math.round(forMs / 1_000)} s`
  }
  return undefined
}
