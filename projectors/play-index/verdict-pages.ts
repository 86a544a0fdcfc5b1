import type { RowStore } from '@reprise/core/ports/row-store.port.ts'
import {
  pageFromStored,
  pageOf,
  pageWriteOf,
  verdictTable,
  type PlayEvent,
  type VerdictPage,
} from './play-index-layout.ts'
import type { Decided } from './decide-plays.ts'

/** The stored pages of verdicts, as the one who decides writes them and everybody reads them. */
export type VerdictPages = {
  /** A page with all duplicates below the index's checkpoint, if it has any or was begun. */
  readonly read: (partition: number, page: number) => Promise<VerdictPage | undefined>
  /** Stores the verdicts of a partition's next plays. Done again, it changes nothing. */
  readonly write: (decided: Decided) => Promise<void>
  /** The store may have lost what it said of a partition. */
  readonly forget: (partition: number) => void
}

type Current = VerdictPage & { readonly page: number }

/** See {@link VerdictPages}. A page is written when it begins and when it has another duplicate. */
export const createVerdictPages = (store: RowStore): VerdictPages => {
  const current = new Map<number, Current>()

  const read: VerdictPages['read'] = async (partition, page) => {
    const [row] = await store.read(verdictTable, { partition: { partition_: partition }, in: [page] })
    return row && pageFromStored(row)
  }
  const writePage = async (page: number, plays: readonly PlayEvent[], isDuplicate: Set<PlayEvent>) => {
    const [first, last] = [plays[0], plays.at(-1)]
    if (first === undefined || last === undefined) return
    const { partition } = first
    const known = current.get(partition)
    const before = known?.page === page ? known : await read(partition, page)
    const duplicates = (before?.duplicates ?? []).filter((offset) => offset < first.offset)
    for (const play of plays) if (isDuplicate.has(play)) duplicates.push(play.offset)
    const next = { page, beginsAt: before?.beginsAt ?? first.recordedAt, duplicates }
    if (before === undefined || plays.some((play) => isDuplicate.has(play)))
      await store.writeTogether(verdictTable, [pageWriteOf(last, next)])
    current.set(partition, next)
  }
  return {
    read,
    write: async ({ firsts, duplicates }) => {
      const plays = [...firsts, ...duplicates].sort((a, b) => a.offset - b.offset)
      const isDuplicate = new Set(duplicates)
      for (const [page, ofPage] of Map.groupBy(plays, ({ offset }) => pageOf(offset)))
        await writePage(page, ofPage, isDuplicate)
    },
    forget: (partition) => void current.delete(partition),
  }
}
