import type { Checkpoint } from '@reprise/core/checkpoint.ts'
import type { DocumentIndex, DocumentStore } from '@reprise/core/ports/document-store.port.ts'
import { createDocumentCheckpoints, type Checkpoints } from './checkpoints.ts'
import type { Settle } from './view.ts'

/** What is read while an index was filled, and once more what came meanwhile: then little is left. */
const roundsBefore = 2

/**
 * Settles an index, and puts it in the place of the live one of its name when that takes nothing from readers:
 *
 * 1. It reads to the log's end as that was when first asked, then once more to where it is then. These are fixed marks,
 *    so whoever reads on reaches them under any load, and comparing can't flap.
 * 2. The live index is closed to writes. A process that still fills it stops with words; what it has is final now.
 * 3. When the checkpoints of all partitions, stored by whichever process has them, are at those of the live index, this
 *    one is refreshed and readers are switched. Until then they read the old one, and no progress is told.
 *
 * Every step can be done again, by any process that fills the same index: killed in between, it begins with 1. A process
 * whose index was live and was replaced never takes it back; one that is started does. So the last start decides, and a
 * roll-back is a roll-out of the older declaration.
 */
export const createPromotion = (store: DocumentStore, index: DocumentIndex): Settle => {
  const own = createDocumentCheckpoints(store, index)
  const live = createDocumentCheckpoints({ ...store, get: store.live.get }, index)
  let marks: readonly number[] | undefined
  let rounds = 0
  let wasLive = false

  const hasReadEnough = async (logEnds: LogEnds): Promise<boolean> => {
    for (; rounds < roundsBefore; rounds++) {
      marks ??= await logEnds()
      if (!isAtLeast(await nextOffsetsIn(own, marks.length), marks)) return false
      marks = undefined
    }
    return true
  }
  const isAsNew = async (logEnds: LogEnds): Promise<boolean> => {
    // Past the log's end is only what was read from another log, before the topic was made again.
    const ends = await logEnds()
    const final = await nextOffsetsIn(live, ends.length)
    const wanted = ends.map((end, partition) => Math.min(end, final[partition] ?? 0))
    if (!isAtLeast(await nextOffsetsIn(own, ends.length), wanted)) return false
    await store.refresh(index)
    return true
  }
  const promoted = async (logEnds: LogEnds): Promise<boolean> =>
    (await hasReadEnough(logEnds)) && (await store.promote(index, () => isAsNew(logEnds)))

  return async (logEnds) => {
    if (wasLive) {
      const [isLive] = await Promise.all([store.isLive(index), store.refresh(index)])
      return isLive
    }
    if (!(await store.isLive(index)) && !(await promoted(logEnds))) return false
    wasLive = true
    await store.refresh(index)
    return true
  }
}

type LogEnds = () => Promise<readonly number[]>

const nextOffsetsIn = (checkpoints: Checkpoints, partitions: number): Promise<readonly number[]> =>
  Promise.all(
    Array.from({ length: partitions }, async (_, partition) => nextOf(await checkpoints.read(partition))),
  )

const nextOf = (checkpoint: Checkpoint | undefined): number => (checkpoint ? checkpoint.offset + 1 : 0)

const isAtLeast = (offsets: readonly number[], wanted: readonly number[]): boolean =>
  wanted.every((offset, partition) => (offsets[partition] ?? 0) >= offset)
