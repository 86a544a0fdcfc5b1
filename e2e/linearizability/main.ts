import { createChecker } from './check-history.ts'
import { startFleet } from './fleet.ts'
import { reportOf, runSchedule } from './run-schedule.ts'

/** Runs schedules outside of jest, on the engines of REPRISE_*: `main.ts FIRST_SEED SCHEDULES`. Ends with 1 at the first wrong one. */
const [first = 1, schedules = 8] = process.argv.slice(2).map(Number)
const checker = await createChecker()
const fleet = await startFleet()
let wrong: string | undefined
for (let seed = first; seed < first + schedules && wrong === undefined; seed++) {
  const began = performance.now()
  const result = await runSchedule(fleet, checker, seed).catch((reason: unknown) => reason as Error)
  wrong = result instanceof Error ? `seed ${seed}: ${result.message}` : reportOf(result)
  const ended = result instanceof Error ? {} : { faults: result.schedule.length, ...result.ended }
  const seconds = Math.round((performance.now() - began) / 1_000)
  console.log(JSON.stringify({ seed, ...ended, seconds, right: wrong === undefined }))
}
await fleet.stop()
await checker.remove()
if (wrong !== undefined) {
  console.log(wrong)
  process.exit(1)
}
