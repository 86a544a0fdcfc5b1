import { createAcceptance } from '@reprise/core/acceptance.ts'
import type { StoredRecord } from '@reprise/core/ports/log.port.ts'

/** So many records are tried as the first accepted one. A writer that lost may have left several side by side. */
const candidatesMax = 200

/**
 * The accepted records of the end of a partition (law 3), judged without its beginning: the first record that is taken
 * to be accepted is the one that most of what follows agrees with. Good for a preview, not for a view.
 */
export const acceptedTail = (records: readonly StoredRecord[]): readonly StoredRecord[] => {
  let best: readonly StoredRecord[] = []
  for (let first = 0; first < Math.min(records.length, candidatesMax); first++) {
    if (records.length - first <= best.length) break
    const { accept } = createAcceptance(true, records[first]?.previous)
    const accepted = records.slice(first).filter(accept)
    if (accepted.length > best.length) best = accepted
  }
  return best
}
