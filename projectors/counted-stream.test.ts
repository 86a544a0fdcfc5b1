import { expect, test } from '@jest/globals'
import { isCountedStream, isEarlySkip, isPastItsWindow } from './counted-stream.ts'

const listening = (msPlayed: number, durationMs: number | null = null) => ({
  startedAt: 0,
  msPlayed,
  durationMs,
})

test.each([
  ['30 seconds', listening(30_000), true],
  ['a moment less', listening(29_999), false],
  ['a short track to its end', listening(20_000, 20_000), true],
  ['a short track but for its end', listening(19_999, 20_000), false],
  ['a short track of unknown length', listening(20_000), false],
  ['30 seconds of a long track', listening(30_000, 240_000), true],
  ['nothing of a track without length', listening(0, 0), true],
])('%s: counted %s', (_name, play, counted) => {
  expect(isCountedStream(play)).toBe(counted)
})

test('a skip is early below 30 seconds', () => {
  expect([0, 29_999, 30_000].map((msPlayed) => isEarlySkip(listening(msPlayed)))).toEqual([true, true, false])
})

test('a play has its own window until 30 days after its end', () => {
  const end = 60_000
  const days = 30 * 86_400_000
  expect(isPastItsWindow(listening(60_000), end + days)).toBe(false)
  expect(isPastItsWindow(listening(60_000), end + days + 1)).toBe(true)
})
