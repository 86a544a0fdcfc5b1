import { createInMemoryLog } from '@reprise/adapters/in-memory/log.in-memory.ts'
import type { Log, LogBatch, Reader, ReaderOptions, StoredRecord } from '@reprise/core/ports/log.port.ts'
import { quiet } from '@reprise/core/quiet-logger.ts'
import { sharedLog, type SharedLogOptions } from '../engine/shared-reading/shared-log.ts'

const topic = 'playlist-events'
const partitions = 2

/** A log of two partitions, and who has read it. */
export const createWatchedLog = () => {
  const inner = createInMemoryLog({ partitions })
  const reads: ReaderOptions[] = []
  const open = new Set<ReaderOptions>()
  const read = async (options: ReaderOptions): Promise<Reader> => {
    reads.push(options)
    open.add(options)
    const reader = await inner.read(options)
    const close = () => {
      open.delete(options)
      return reader.close()
    }
    return { ...reader, close }
  }
  let count = 0
  /** So many records more, half of them in each partition. */
  const append = (records: number) => {
    for (let left = records; left > 0; left--, count++) {
      const headers = { ce_id: `e${count}` }
      inner.appendAsStranger(topic, [
        { partition: count % partitions, key: 'k', value: Buffer.from(`${count}`), headers },
      ])
    }
  }
  const log: Log = { ...inner, read }
  return { log, append, reads, apart: () => [...open].filter(({ group }) => group === undefined) }
}

/** Shared by these, who have little patience and room for about a hundred small records. */
export const share = (
  log: Log,
  groups: readonly string[],
  { awaited, ...options }: Partial<SharedLogOptions> & { readonly awaited?: string } = {},
): Log =>
  sharedLog(log, {
    gatherMs: 20,
    settleMs: 20,
    patienceMs: 50,
    weightMax: 30_000,
    logger: quiet,
    ...options,
    members: groups.map((group) => ({ topic, group, ...(group === awaited && { isAwaited: true }) })),
  })

const running = new Set<Reader>()

/** Closes all who read, but for those that can't end because what they were given never does. */
export const closeAll = async (stuck: readonly Reader[] = []): Promise<void> => {
  for (const reader of stuck) running.delete(reader)
  await Promise.all([...running].map((reader) => reader.close()))
  running.clear()
}

/** Somebody who reads with others, from the beginning unless it says otherwise, and what it is given. */
export const readAs = async (
  log: Log,
  group: string,
  {
    before,
    ...options
  }: Partial<ReaderOptions> & { readonly before?: (batch: LogBatch) => Promise<void> } = {},
) => {
  const records: StoredRecord[][] = Array.from({ length: partitions }, () => [])
  const assigned: (readonly number[])[] = []
  const stopped: Error[] = []
  const reader = await log.read({
    topic,
    group,
    resumeAt: () => Promise.resolve(0),
    onBatch: async (batch) => {
      await before?.(batch)
      records[batch.partition]?.push(...batch.records)
    },
    onAssigned: (mine) => assigned.push(mine),
    onStopped: (reason) => stopped.push(reason),
    ...options,
  })
  running.add(reader)
  const count = () => records.flat().length
  /** Whether each partition was given in order and without a gap. */
  const isInOrder = (from = 0) =>
    records.every((ofOne) => ofOne.every(({ offset }, at) => offset === from + at))
  return { reader, records, assigned, stopped, count, isInOrder }
}

/** Keeps whoever waits until it is opened. */
export const createGate = () => {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  return { passed: promise, open: () => resolve(undefined) }
}
