import { expect, test } from '@jest/globals'
import { createMoments } from './recent-moments.ts'

const minute = 60_000

test('ids are read again from some minutes before the mark', () => {
  const moments = createMoments(undefined)
  const before = Array.from({ length: 10 }, (_, n) =>
    moments.before({ offset: n * 10, recordedAt: n * minute }),
  )
  expect(before[2]).toEqual({ offset: 0, recordedAt: 0 })
  // The last moment that is at least four minutes old.
  expect(before[9]).toEqual({ offset: 40, recordedAt: 4 * minute })
})

test('and from no farther back than can be read at once', () => {
  const moments = createMoments({
    offset: 1_000_000,
    lastAcceptedId: 'e',
    recordedAt: minute,
    recent: { offset: 900_000, recordedAt: 0 },
    unreadable: [],
  })
  expect(moments.before({ offset: 1_050_000, recordedAt: minute + 1 })).toEqual({
    offset: 1_000_000,
    recordedAt: minute,
  })
})
