import { expect, test } from '@jest/globals'
import { isWithin } from './edit-distance.ts'

test.each([
  ['rapsody', 'rhapsody', 1, true],
  ['bohemain', 'bohemian', 1, true],
  ['believer', 'deliver', 1, false],
  ['believer', 'deliver', 2, true],
  ['queen', 'queen', 0, true],
  ['qeen', 'queen', 0, false],
  ['', 'ab', 1, false],
  ['', 'ab', 2, true],
])('%s becomes %s by %d slips: %j', (a, b, slips, expected) => {
  expect(isWithin(a, b, slips)).toBe(expected)
  expect(isWithin(b, a, slips)).toBe(expected)
})
