import type { Sequence } from '@reprise/core/catalogue/row-change.ts'
import type { StoredRecord } from '@reprise/core/ports/log.port.ts'
import type { Admission } from './topic-reading.ts'

/**
 * Law 7: a change that stands lower in the database's log than one before it has been delivered again, and is left
 * out. An equal one is taken: several rows may change at one place. Records that no database wrote are always taken.
 */
export const createSequenceAcceptance = (
  sequenceOf: (record: StoredRecord) => Sequence | undefined,
  highestText: string | undefined,
): Admission => {
  let highest = highestText ? sequenceIn(highestText) : undefined
  return {
    get lastAcceptedId() {
      return highest === undefined ? '' : highest.join(' ')
    },
    accept: (record) => {
      const sequence = sequenceOf(record)
      if (sequence === undefined) return true
      if (highest !== undefined && isLower(sequence, highest)) return false
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
