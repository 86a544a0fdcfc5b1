import { describe, expect, test } from '@jest/globals'
import type { StoredRecord } from '@reprise/core/ports/log.port.ts'
import { rowChange } from '../testing/catalogue-history.ts'
import { codec } from '../testing/codec.ts'
import { catalogueReading } from './topic-reading.ts'

type Change = readonly [op: 'u' | 'r', lastCommit: number | null, own: number]

const recordOf = ([op, lastCommit, own]: Change, offset: number): StoredRecord => ({
  offset,
  key: '',
  value: rowChange('artist', op, { id: 'a', name: 'Ann' }, [lastCommit, own]),
  eventId: '',
  eventType: '',
  previous: undefined,
  recordedAt: 0,
})

/** Which changes are taken, in one go, or by a reader that starts again at its checkpoint before every one of them. */
const takenOf = (changes: readonly Change[], restarts: boolean): readonly boolean[] => {
  const { admission } = catalogueReading(codec, { isPatient: false })
  let reader = admission(undefined)
  return changes.map((change, offset) => {
    if (restarts) reader = admission(reader.lastAcceptedId)
    return reader.accept(recordOf(change, offset))
  })
}

describe.each([
  ['that reads on', false],
  ['that starts again', true],
])('a reader %s', (_how, restarts) => {
  test('leaves out what is delivered again, and takes several changes at one place', () => {
    const changes: Change[] = [
      ['u', null, 500],
      ['u', 510, 520],
      ['u', 510, 520],
      ['u', 500, 505],
      ['u', 520, 515],
    ]
    expect(takenOf(changes, restarts)).toEqual([true, true, true, false, true])
  })

  test('takes the snapshot of a database that was made anew, whose log begins lower, and what follows it', () => {
    const changes: Change[] = [
      ['u', 500, 520],
      ['r', null, 100],
      ['r', null, 100],
      ['u', 110, 120],
      ['u', 90, 95],
      ['u', 120, 130],
    ]
    expect(takenOf(changes, restarts)).toEqual([true, true, true, true, false, true])
  })
})
