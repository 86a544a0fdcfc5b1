import { describe, expect, test } from '@jest/globals'
import { createAcceptance, isAccepted, startOfHistory } from './acceptance.ts'

describe('acceptance (law 3)', () => {
  const verdicts = (records: readonly (readonly [id: string, previous: string | undefined])[]) => {
    const acceptance = createAcceptance(true)
    return records.map(([eventId, previous]) => acceptance.accept({ eventId, previous }))
  }

  test('a record is accepted only when it names the last accepted one', () =>
    expect(
      verdicts([
        ['a', ''],
        ['b', 'a'],
        ['late', 'a'],
        ['c', 'b'],
        ['d', 'late'],
      ]),
    ).toEqual([true, true, false, true, false]))

  test('a copy of an accepted record is superseded, at once or later', () =>
    expect(
      verdicts([
        ['a', ''],
        ['a', ''],
        ['b', 'a'],
        ['a', ''],
        ['b', 'a'],
      ]),
    ).toEqual([true, false, true, false, false]))

  test('a record without the header, or without an id, is superseded', () => {
    expect(verdicts([['a', undefined]])).toEqual([false])
    expect(isAccepted(startOfHistory, { eventId: '', previous: '' })).toBe(false)
  })

  test('a reader that starts in the middle needs the id that was stored with its offset', () => {
    const records = [
      { eventId: 'c', previous: 'b' },
      { eventId: 'x', previous: 'a' },
      { eventId: 'd', previous: 'c' },
    ]
    const inTheMiddle = createAcceptance(true, 'b')
    expect(records.map(inTheMiddle.accept)).toEqual([true, false, true])
    expect(inTheMiddle.lastAcceptedId).toBe('d')
  })

  test('a topic without decisions accepts everything', () => {
    const acceptance = createAcceptance(false)
    expect(acceptance.accept({ eventId: 'a', previous: undefined })).toBe(true)
  })
})
