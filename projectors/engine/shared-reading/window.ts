import type { LogBatch, StoredRecord } from '@reprise/core/ports/log.port.ts'

/** The records of one partition that the one reader has delivered, as long as somebody who shares it has not taken them. */
export type Window = {
  /** Whether who goes on at this offset can share: it lies in the newest batch, at the end, or a little ahead. */
  readonly welcomes: (next: number) => boolean
  /** Behind the newest record that was delivered. */
  readonly end: () => number
  readonly enter: (next: number) => Cursor
  /** Takes the next records in, and holds as many as somebody needs. */
  readonly add: (batch: Taken, weight: number) => void
  /** Sends everybody out for good. */
  readonly close: () => void
}

/** Where somebody who shares stands in a window. What it has not passed is held. */
export type Cursor = {
  /** What comes next, once it is there; undefined after `leave`, or when the window is closed. */
  readonly take: () => Promise<Taken | undefined>
  /** All below is done with. */
  readonly moveTo: (next: number) => void
  readonly leave: () => void
  /** The weight of what is held and not passed. */
  readonly behind: () => number
}

/** Records of the partition, and how many were known to stand behind them. */
export type Taken = Pick<LogBatch, 'records' | 'behind'>

type Held = Taken & { readonly first: number; readonly end: number; readonly weight: number }

/** Who is ahead by so many records waits until the reader is there. */
export const aheadMax = 20_000
/** So many records are taken at once, of as many batches as have gathered. */
const takenMax = 2_000

/** A window that begins at an offset. `onFreed` is told the weight of what nobody needs any more. */
export const createWindow = (from: number, onFreed: (weight: number) => void): Window => {
  const nexts = new Set<{ next: number }>()
  const held: Held[] = []
  let end = from
  let isClosed = false
  let change = Promise.withResolvers<undefined>()

  const tell = () => {
    change.resolve(undefined)
    change = Promise.withResolvers()
  }
  const free = () => {
    const needed = Math.min(...[...nexts].map(({ next }) => next))
    for (let first = held[0]; first && first.end <= needed; first = held[0]) {
      held.shift()
      onFreed(first.weight)
    }
  }
  const after = (next: number) => held.slice(held.findLastIndex((batch) => batch.end <= next) + 1)

  const enter = (from: number): Cursor => {
    const cursor = { next: from }
    nexts.add(cursor)
    return {
      take: async () => {
        while (nexts.has(cursor)) {
          const batches = after(cursor.next)
          if (batches.length > 0) return together(batches, cursor.next)
          await change.promise
        }
        return undefined
      },
      moveTo: (next) => {
        cursor.next = next
        free()
      },
      leave: () => {
        nexts.delete(cursor)
        free()
        tell()
      },
      behind: () => (nexts.has(cursor) ? weightOf(after(cursor.next)) : 0),
    }
  }
  return {
    welcomes: (next) => !isClosed && next >= (held.at(-1)?.first ?? end) && next <= end + aheadMax,
    end: () => end,
    enter,
    add: ({ records, behind }, weight) => {
      const [first, last] = [records[0], records.at(-1)]
      if (isClosed || first === undefined || last === undefined) {
        onFreed(weight)
        return
      }
      end = last.offset + 1
      held.push({ first: first.offset, end, records, behind, weight })
      free()
      tell()
    },
    close: () => {
      isClosed = true
      nexts.clear()
      free()
      tell()
    },
  }
}

const weightOf = (batches: readonly Held[]): number => batches.reduce((sum, { weight }) => sum + weight, 0)

/** What batches without a gap hold, from an offset in the first one on. */
const together = (batches: readonly Held[], next: number): Taken => {
  const records: StoredRecord[] = []
  for (const batch of batches) {
    const from = Math.max(next - batch.first, 0)
    records.push(...batch.records.slice(from, from + takenMax - records.length))
    if (records.length === takenMax) break
  }
  const newest = batches.at(-1)
  const left = (newest?.end ?? 0) - (records.at(-1)?.offset ?? 0) - 1
  return { records, behind: left + (newest?.behind ?? 0) }
}
