import { createBoundedCache } from '../engine/bounded-cache.ts'
import { pageOf, pageOffsets } from './play-index-layout.ts'

/** Verdicts that this process has given or read. A verdict is a fact of the log, so it never becomes wrong. */
export type KnownVerdicts = {
  /** Whether the event at this offset is the first record of its play; undefined when that isn't known here. */
  readonly isFirst: (partition: number, offset: number) => boolean | undefined
  readonly add: (partition: number, offset: number, isFirst: boolean) => void
  /** All offsets of a page below `end` are first records, but for the duplicates. */
  readonly addPage: (page: KnownPage) => void
}

/** See {@link KnownVerdicts}. */
export type KnownPage = {
  readonly partition: number
  readonly page: number
  readonly end: number
  readonly duplicates: readonly number[]
}

/** Pages of 16 KB, of 65,536 offsets each. */
const pagesMax = 512

const unknown = 0
const first = 1
const duplicate = 2

/** Two bits an offset, in pages; those that were used least recently are forgotten. */
export const createKnownVerdicts = (): KnownVerdicts => {
  const pages = createBoundedCache<Uint8Array>(pagesMax, () => 1)
  // Nearly every question is about the page of the one before.
  const hot = new Map<number, { readonly page: number; readonly bits: Uint8Array }>()
  const find = (partition: number, page: number): Uint8Array | undefined => {
    const before = hot.get(partition)
    if (before?.page === page) return before.bits
    const bits = pages.get(`${partition}/${page}`)
    if (bits !== undefined) hot.set(partition, { page, bits })
    return bits
  }
  const bitsOf = (partition: number, page: number): Uint8Array => {
    const found = find(partition, page)
    if (found !== undefined) return found
    const bits = new Uint8Array(pageOffsets / 4)
    pages.set(`${partition}/${page}`, bits)
    hot.set(partition, { page, bits })
    return bits
  }
  return {
    isFirst: (partition, offset) => {
      const bits = find(partition, pageOf(offset))
      if (bits === undefined) return undefined
      const verdict = read(bits, offset % pageOffsets)
      return verdict === unknown ? undefined : verdict === first
    },
    add: (partition, offset, isFirst) =>
      write(bitsOf(partition, pageOf(offset)), offset % pageOffsets, isFirst ? first : duplicate),
    addPage: ({ partition, page, end, duplicates }) => {
      const bits = bitsOf(partition, page)
      const size = Math.min(end - page * pageOffsets, pageOffsets)
      for (let at = 0; at < size; at++) if (read(bits, at) === unknown) write(bits, at, first)
      for (const offset of duplicates) write(bits, offset % pageOffsets, duplicate)
    },
  }
}

const shiftOf = (at: number): number => (at & 3) * 2

const read = (bits: Uint8Array, at: number): number => ((bits[at >> 2] ?? 0) >> shiftOf(at)) & 3

const write = (bits: Uint8Array, at: number, verdict: number): void => {
  bits[at >> 2] = ((bits[at >> 2] ?? 0) & ~(3 << shiftOf(at))) | (verdict << shiftOf(at))
}
