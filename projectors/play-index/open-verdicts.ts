import type { Discarded } from '@reprise/core/discarded-records.ts'
import { pageOf, type PlayEvent } from './play-index-layout.ts'

/** Verdicts of one page on plays that stand one behind the other. */
export type PageVerdicts = {
  readonly page: number
  /** The offset of the first one, and when that was recorded. */
  readonly from: number
  readonly recordedAt: number
  /** The offset of the last one. */
  last: number
  readonly duplicates: number[]
}

/** Verdicts of one partition that were given and aren't stored. */
export type OpenVerdicts = {
  /** Plays come in order. */
  readonly add: (play: PlayEvent, isFirst: boolean) => void
  /** In order. */
  readonly pages: () => readonly PageVerdicts[]
  /** The duplicates among them, in order. */
  readonly discarded: () => readonly Discarded[]
  readonly clear: () => void
}

/** See {@link OpenVerdicts}. Of a play that is no duplicate nothing is kept. */
export const createOpenVerdicts = (): OpenVerdicts => {
  let pages: PageVerdicts[] = []
  let discarded: Discarded[] = []
  return {
    add: ({ offset, recordedAt, meta }, isFirst) => {
      const page = pageOf(offset)
      let last = pages.at(-1)
      if (last?.page !== page)
        pages.push((last = { page, from: offset, recordedAt, last: offset, duplicates: [] }))
      last.last = offset
      if (isFirst) return
      last.duplicates.push(offset)
      discarded.push({ offset, eventId: meta.eventId })
    },
    pages: () => pages,
    discarded: () => discarded,
    clear: () => {
      pages = []
      discarded = []
    },
  }
}
