import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { timeShiftOf } from './time-shift.ts'

const play = {
  userId: 'u',
  playId: '1',
  trackId: 't',
  startedAt: 1_000,
  msPlayed: 500,
  reasonEnd: 'trackdone',
  country: 'SE',
}

test('the first demo fixes the shift, of each source its own; later ones keep it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'time-shift-'))
  const path = join(folder, 'state', 'demo-shift.json')
  const first = timeShiftOf({ path, source: 'a', plays: [play], now: 10_000_000 })
  expect(play.startedAt + play.msPlayed + first).toBe(10_000_000 - 300_000)
  expect(timeShiftOf({ path, source: 'a', plays: [play], now: 99_000_000 })).toBe(first)
  expect(timeShiftOf({ path, source: 'b', plays: [play], now: 99_000_000 })).not.toBe(first)
  expect(timeShiftOf({ path, source: 'a', plays: [], now: 0 })).toBe(first)
  await rm(folder, { recursive: true })
})
