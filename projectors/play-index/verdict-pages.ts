import type { RowStore } from '@reprise/core/ports/row-store.port.ts'
import { pageFromStored, pageWriteOf, verdictTable, type VerdictPage } from './play-index-layout.ts'
import type { PageVerdicts } from './open-verdicts.ts'

/** The stored pages of verdicts, as the one who decides writes them and everybody reads them. */
export type VerdictPages = {
  /** A page with all duplicates below the index's checkpoint, if it has any or was begun. */
  readonly read: (partition: number, page: number) => Promise<VerdictPage | undefined>
  /** Stores the verdicts of a partition's next plays. Done again, it changes nothing. */
  readonly write: (partition: number, pages: readonly PageVerdicts[]) => Promise<void>
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
  const writePage = async (partition: number, { page, from, recordedAt, last, duplicates }: PageVerdicts) => {
    const known = current.get(partition)
    const before = known?.page === page ? known : await read(partition, page)
    const earlier = (before?.duplicates ?? []).filter((offset) => offset < from)
    const next = { page, beginsAt: before?.beginsAt ?? recordedAt, duplicates: [...earlier, ...duplicates] }
    if (before === undefined || duplicates.length > 0)
      await store.writeTogether(verdictTable, [pageWriteOf({ partition, offset: last }, next)])
    current.set(partition, next)
  }
  return {
    read,
    write: async (partition, pages) => {
      for (const page of pages) await writePage(partition, page)
    },
    forget: (partition) => void current.delete(partition),
  }
}
