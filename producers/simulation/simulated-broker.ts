import type { LogRecord, StoredRecord } from '@reprise/core/ports/log.port.ts'

/** What the broker holds of the decided topic: it appends whatever reaches it, in the order of arrival. */
export const createSimulatedBroker = (options: {
  readonly partitions: number
  readonly now: () => number
}) => {
  const partitions: StoredRecord[][] = Array.from({ length: options.partitions }, () => [])
  const listeners = new Set<() => void>()
  return {
    partitions: partitions as readonly (readonly StoredRecord[])[],
    ends: (): readonly number[] => partitions.map(({ length }) => length),
    append: (records: readonly LogRecord[]): ReadonlyMap<number, number> => {
      const first = new Map<number, number>()
      for (const { partition, key, value, headers } of records) {
        const stored = partitions[partition] as StoredRecord[]
        if (!first.has(partition)) first.set(partition, stored.length)
        stored.push({
          offset: stored.length,
          key,
          value,
          eventId: headers['ce_id'] ?? '',
          eventType: headers['ce_type'] ?? '',
          previous: headers['previous'],
          recordedAt: options.now(),
        })
      }
      for (const listener of [...listeners]) listener()
      return first
    },
    /** Calls the listener after every append, until the returned function is called. */
    onAppended: (listener: () => void): (() => void) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

/** See {@link createSimulatedBroker}. */
export type SimulatedBroker = ReturnType<typeof createSimulatedBroker>
