import { describe, expect, test } from '@jest/globals'
import { catalogueEventOf } from './row-change.ts'

const artistBorn = (born: number | null) => {
  const after = { id: 'a', name: 'Ann', country: null, born, status: null }
  const event = catalogueEventOf({ op: 'c', before: null, after, source: { table: 'artist' } }, 7)
  return event?.change.row === 'artist' ? event.change.facts?.born : 'no artist'
}

describe('a date', () => {
  test.each([
    [0, '1970-01-01'],
    [-719_162, '0001-01-01'],
    [2_932_896, '9999-12-31'],
    [null, null],
  ])('of %p days is %p', (days, date) => {
    expect(artistBorn(days)).toBe(date)
  })

  // PostgreSQL knows both infinities, and years from 4713 BC to 5874897.
  test.each([-719_163, 2_932_897, 4_000_000, 2_147_483_647, -2_147_483_648])(
    'of %p days is none that can be written as YYYY-MM-DD, and stops nobody',
    (days) => {
      expect(artistBorn(days)).toBeNull()
    },
  )
})
