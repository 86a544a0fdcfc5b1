import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Checker, createChecker } from './check-history.ts'
import { type Fleet, startFleet } from './fleet.ts'
import { reportOf, runSchedule } from './run-schedule.ts'

const schedules = Number(process.env['SCHEDULES'] ?? 8)
const firstSeed = Number(process.env['SCHEDULE_SEED'] ?? 1)
const seeds = Array.from({ length: schedules }, (_, nth) => firstSeed + nth)

describe('what clients were told while processes were killed, paused and cut off can be told of one playlist at a time', () => {
  let fleet: Fleet
  let checker: Checker
  beforeAll(async () => {
    checker = await createChecker()
    fleet = await startFleet()
  }, 180_000)
  afterAll(async () => {
    await fleet.stop()
    await checker.remove()
  })

  test.each(seeds)(
    'schedule %i',
    async (seed) => {
      const result = await runSchedule(fleet, checker, seed)
      expect(reportOf(result)).toBeUndefined()
      expect(result.ended.ok).toBeGreaterThan(10)
    },
    600_000,
  )
})
