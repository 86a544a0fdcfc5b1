import type { Checkpoints } from '../engine/checkpoints.ts'
import { nextWait } from '../engine/patience.ts'
import type { Verdicts } from '../engine/run-projection.ts'
import type { KnownVerdicts } from './known-verdicts.ts'
import type { Passed } from './passed.ts'
import { pageOf } from './play-index-layout.ts'
import type { VerdictPages } from './verdict-pages.ts'

/** What verdicts are given from. */
export type VerdictOptions = {
  readonly known: KnownVerdicts
  readonly passed: Passed
  /** Those of the index: all below them is decided and stored. */
  readonly checkpoints: Pick<Checkpoints, 'read'>
  readonly pages: Pick<VerdictPages, 'read'>
}

/** The stored verdicts are asked for again after this time at the latest. */
const waitMsMax = 250

/**
 * Which plays are the first record of their identity in their partition: as the index of this process has decided, or
 * as stored, a page at a time. No verdict on an offset that the index hasn't passed.
 */
export const createPlayVerdicts = ({ known, passed, checkpoints, pages }: VerdictOptions): Verdicts => {
  const readPages = async (partition: number, offsets: readonly number[]): Promise<void> => {
    const end = ((await checkpoints.read(partition))?.offset ?? -1) + 1
    const passedPages = new Set(offsets.filter((offset) => offset < end).map(pageOf))
    for (const page of passedPages) {
      const duplicates = (await pages.read(partition, page))?.duplicates ?? []
      known.addPage({ partition, page, end, duplicates })
    }
  }

  return async (events, isCurrent) => {
    const isUnknown = (event: (typeof events)[number]) =>
      known.isFirst(event.partition, event.offset) === undefined
    let hasWaited = false
    for (let waitMs = 10; isCurrent(); waitMs = Math.min(nextWait(waitMs), waitMsMax)) {
      const unknown = events.filter(isUnknown)
      const last = unknown.at(-1)
      if (last === undefined)
        return events.filter(({ partition, offset }) => known.isFirst(partition, offset))
      // Once is enough: what it has passed and didn't keep is stored, or was lost with the store's tail.
      if (hasWaited || !passed.has(last.partition, last.offset))
        await passed.wait(last.partition, last.offset, waitMs)
      hasWaited = true
      if (unknown.some(isUnknown))
        await readPages(
          last.partition,
          unknown.map(({ offset }) => offset),
        )
    }
    return []
  }
}
