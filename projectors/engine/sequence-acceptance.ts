import type { Place, Sequence } from '@reprise/core/catalogue/row-change.ts'
import type { StoredRecord } from '@reprise/core/ports/log.port.ts'
import type { Admission } from './topic-reading.ts'

/**
 * Law 7: a change that stands lower in the database's log than one before it has been delivered again, and is left
 * out. An equal one is taken: several rows may change at one place. A snapshot is always taken, and begins anew: it says
 * what is there now, and one that stands lower is of a database that was made again, whose log began again too. Records
 * that no database wrote are always taken.
 */
export const createSequenceAcceptance = (
  placeOf: (record: StoredRecord) => Place | undefined,
  highestText: string | undefined,
): Admission => {
  let highest = highestText ? sequenceIn(highestText) : undefined
  return {
    get lastAcceptedId() {
      return highest === undefined ? '' : highest.join(' ')
    },
    accept: (record) => {
      const place = placeOf(record)
      if (place === undefined) return true
      const { sequence, isSnapshot } = place
      if (!isSnapshot && highest !== undefined && isLower(sequence, highest)) return false
      highest = sequence
      return true
    },
  }
}

const sequenceIn = (text: string): Sequence => {
  const [lastCommit = '0', own = '0'] = text.split(' ')
  return [BigInt(lastCommit), BigInt(own)]
}

const isLower = ([commitA, ownA]: Sequence, [commitB, ownB]: Sequence): boolean =>
  commitA < commitB || (commitA === commitB && ownA < ownB)
