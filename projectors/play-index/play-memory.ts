import {
  bytesPerSlot,
  createFingerprintTable,
  fingerprintOf,
  type FingerprintTable,
} from '../engine/fingerprint-table.ts'

/** The identities of the plays that were recorded lately, for the partitions of one process. */
export type PlayMemory = {
  /** Reading goes on at this offset: what is known of the partition is kept if nothing lies between. */
  readonly resume: (partition: number, offset: number) => void
  /** Everything below the offset was added. */
  readonly advance: (partition: number, offset: number) => void
  readonly add: (partition: number, play: Remembered) => void
  /** Whether a play with this identity may have been added. Never false of one that was, unless it is forgotten. */
  readonly mayHave: (partition: number, identity: string) => boolean
  /** Every play that was recorded after this time and stands below what was added is here. Milliseconds. */
  readonly knowsSince: (partition: number) => number
  /** Where what is known of a partition begins; undefined once some was dropped, so that nothing fits in front any more. */
  readonly startOf: (partition: number) => number | undefined
  /** Begins to take in the plays that stand right before what is known, from an offset on. */
  readonly extend: (partition: number, from: number) => Extension
  readonly bytes: () => number
}

/** A play as the memory keeps it. */
export type Remembered = { readonly identity: string; readonly recordedAt: number }

/** Older plays on their way into the memory. */
export type Extension = {
  readonly add: (play: Remembered) => void
  /**
   * All of them were added. Changes nothing if there is no room, or if they don't stand right before what is known: it
   * begins elsewhere by now, or its oldest plays were dropped, before the extension was begun or since.
   */
  readonly done: () => void
}

/** Tables begin small and double, so that a partition with few plays takes little. */
const slotsMin = 2 ** 12
const slotsMax = 2 ** 20
/** For all partitions of a process together: some twelve million plays. */
const bytesMaxByDefault = 32 * 1024 * 1024

type Generation = { readonly table: FingerprintTable; newestAt: number }
type Partition = {
  /** What lies in [start, next) was added. */
  start: number
  next: number
  /** Some of that was dropped; all that was recorded after `since` is still there. */
  hasDropped: boolean
  since: number
  generations: Generation[]
}

/**
 * Keeps fingerprints in tables by age; when the room is used up, the oldest table of all partitions is dropped, and what
 * its partition knows begins later. Nothing is ever dropped because of a clock.
 */
export const createPlayMemory = (bytesMax = bytesMaxByDefault): PlayMemory => {
  const partitions = new Map<number, Partition>()
  let bytes = 0

  const release = (generations: readonly Generation[]) => {
    for (const { table } of generations) bytes -= table.slots * bytesPerSlot
  }
  const dropOldest = (): boolean => {
    let oldest: Partition | undefined
    for (const one of partitions.values())
      if (one.generations.length > 1 && ageOf(one) < ageOf(oldest)) oldest = one
    if (oldest === undefined) return false
    const dropped = oldest.generations.splice(0, 1)
    release(dropped)
    oldest.hasDropped = true
    oldest.since = Math.max(oldest.since, dropped[0]?.newestAt ?? -Infinity)
    return true
  }
  const startOf = (number: number): number | undefined => {
    const partition = partitions.get(number)
    return partition?.hasDropped === false ? partition.start : undefined
  }
  const open = (slots: number): Generation => {
    const generation = { table: createFingerprintTable(slots), newestAt: -Infinity }
    bytes += slots * bytesPerSlot
    while (bytes > bytesMax && dropOldest());
    return generation
  }
  const openIn = (partition: Partition): Generation => {
    const before = partition.generations.at(-1)
    const slots = before === undefined ? slotsMin : Math.min(before.table.slots * 2, slotsMax)
    const generation = open(slots)
    partition.generations.push(generation)
    return generation
  }

  return {
    resume: (number, offset) => {
      const before = partitions.get(number)
      if (before !== undefined && before.start <= offset && offset <= before.next) return
      release(before?.generations ?? [])
      const since = offset === 0 ? -Infinity : Infinity
      partitions.set(number, { start: offset, next: offset, hasDropped: false, since, generations: [] })
    },
    advance: (number, offset) => {
      const partition = partitions.get(number)
      if (partition !== undefined && partition.next < offset) partition.next = offset
    },
    add: (number, { identity, recordedAt }) => {
      const partition = partitions.get(number)
      if (partition === undefined) return
      if (partition.since === Infinity) partition.since = recordedAt
      let last = partition.generations.at(-1)
      if (last === undefined || last.table.isFull()) last = openIn(partition)
      last.table.add(fingerprintOf(identity))
      if (recordedAt > last.newestAt) last.newestAt = recordedAt
    },
    mayHave: (number, identity) => {
      const print = fingerprintOf(identity)
      return partitions.get(number)?.generations.some(({ table }) => table.has(print)) ?? false
    },
    knowsSince: (number) => partitions.get(number)?.since ?? Infinity,
    startOf,
    extend: (number, from) => {
      const end = startOf(number)
      if (end === undefined) return noExtension
      const table = createFingerprintTable(slotsFor(end - from))
      let [oldestAt, newestAt]: [number | undefined, number] = [undefined, -Infinity]
      return {
        add: ({ identity, recordedAt }) => {
          table.add(fingerprintOf(identity))
          oldestAt ??= recordedAt
          newestAt = Math.max(newestAt, recordedAt)
        },
        done: () => {
          const partition = partitions.get(number)
          const size = table.slots * bytesPerSlot
          if (partition === undefined || startOf(number) !== end || bytes + size > bytesMax) return
          partition.start = from
          if (from === 0) partition.since = -Infinity
          if (oldestAt === undefined) return
          bytes += size
          partition.generations.unshift({ table, newestAt })
          if (from > 0) partition.since = oldestAt
        },
      }
    },
    bytes: () => bytes,
  }
}

const noExtension: Extension = { add: () => undefined, done: () => undefined }

const ageOf = (partition: Partition | undefined): number => partition?.generations[0]?.newestAt ?? Infinity

const slotsFor = (plays: number): number => 2 ** Math.ceil(Math.log2(Math.max(plays / 0.7, slotsMin)))
