import type { StoredRecord } from '@reprise/core/ports/log.port.ts'
import type { EventTopic } from '@reprise/schemas/topics.ts'

/** Who is measured: a projection, or the play index. */
export type Measured = { readonly name: string; readonly version: number; readonly topic: EventTopic }

/** What one follower is seen to do, by partition that it has. */
export type Measures = {
  readonly of: Measured
  /** These are its partitions now. */
  readonly assigned: (partitions: readonly number[]) => void
  /** It begins anew in a partition: nothing is in hand. */
  readonly began: (partition: number) => void
  /** It takes records in hand. */
  readonly took: (partition: number, records: readonly StoredRecord[]) => void
  /** Something of what is in hand is done. */
  readonly moved: (partition: number) => void
  /** Everything below this offset is stored, though perhaps nobody may be told yet. */
  readonly stored: (partition: number, next: number) => void
  /** Everything below the watermark is stored and told of. */
  readonly applied: (partition: number, watermark: number) => void
  /** Those that it has, in order. */
  readonly partitions: () => readonly (PartitionMeasure & { readonly partition: number })[]
  /** Records applied since the start of the process. */
  readonly appliedTotal: () => number
  /** Records a second, over the last ten seconds. */
  readonly rate: (now: number) => number
}

/** What is seen of a partition. Times are the process's, milliseconds, but for `recordedAt`. */
export type PartitionMeasure = {
  readonly watermark: number
  /** Everything below is stored. */
  readonly next: number
  /** Everything below is in hand, or stored. */
  readonly taken: number
  /** When the newest record in hand was recorded. */
  readonly recordedAt: number | undefined
  /** When something of it was last done, or taken in hand that had nothing, or it was assigned. */
  readonly movedAt: number
}

const windowSeconds = 10

/** Nothing measured yet. */
export const createMeasures = (of: Measured, now: () => number = Date.now): Measures => {
  const measured = new Map<number, PartitionMeasure>()
  const seconds = new Map<number, number>()
  let mine: readonly number[] = []
  let total = 0

  const count = (records: number) => {
    total += records
    const second = Math.floor(now() / 1_000)
    seconds.set(second, (seconds.get(second) ?? 0) + records)
    for (const old of seconds.keys()) if (old <= second - windowSeconds) seconds.delete(old)
  }
  const get = (partition: number) => measured.get(partition) ?? { ...nothing, movedAt: now() }
  return {
    of,
    assigned: (partitions) => {
      mine = [...partitions].sort((a, b) => a - b)
      for (const partition of measured.keys()) if (!mine.includes(partition)) measured.delete(partition)
      for (const partition of mine) measured.set(partition, { ...get(partition), movedAt: now() })
    },
    began: (partition) => {
      measured.set(partition, { ...get(partition), taken: 0 })
    },
    took: (partition, records) => {
      const last = records.at(-1)
      if (last === undefined) return
      const before = get(partition)
      // It may have waited for its turn for long, and had nothing to do until now.
      const hadNothing = before.taken <= Math.max(before.watermark, before.next)
      const movedAt = hadNothing ? now() : before.movedAt
      measured.set(partition, { ...before, recordedAt: last.recordedAt, taken: last.offset + 1, movedAt })
    },
    moved: (partition) => {
      measured.set(partition, { ...get(partition), movedAt: now() })
    },
    stored: (partition, next) => {
      measured.set(partition, { ...get(partition), next, movedAt: now() })
    },
    applied: (partition, watermark) => {
      const before = get(partition)
      // The first word of a partition says where it was found, not what was done here.
      if (before.recordedAt !== undefined && watermark > before.watermark) count(watermark - before.watermark)
      const movedAt = watermark === before.watermark ? before.movedAt : now()
      measured.set(partition, { ...before, watermark, movedAt })
    },
    partitions: () => mine.map((partition) => ({ partition, ...get(partition) })),
    appliedTotal: () => total,
    rate: (at) => {
      const from = Math.floor(at / 1_000) - windowSeconds
      return (
        [...seconds].reduce((sum, [second, records]) => sum + (second > from ? records : 0), 0) /
        windowSeconds
      )
    },
  }
}

const nothing = { watermark: 0, next: 0, taken: 0, recordedAt: undefined }
