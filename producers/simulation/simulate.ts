import { askAgain, checkHistory } from './final-questions.ts'
import { runClient } from './simulated-clients.ts'
import { makeTrouble, type Troubles } from './trouble.ts'
import { createWorld, type WorldOptions } from './world.ts'

/** What a schedule came to: everything that was wrong, and how much happened, so that an idle run doesn't look like a good one. */
export type Simulated = Troubles & {
  readonly violations: readonly string[]
  readonly accepted: number
  readonly unchanged: number
  readonly refused: number
  readonly superseded: number
  readonly discarded: number
}

const clients = 3
const troubledMs = 30_000
/** By then whatever was late has arrived, and every process has its partitions. */
const settledMs = 45_000
const answeredMs = 90_000

/**
 * One seeded schedule of the real write path: three processes that share the partitions, a handful of clients, a log
 * whose appends are delayed, lost, doubled and falsely acknowledged, and a row store that forgets its newest writes,
 * while processes are killed, paused and left behind. Then the trouble ends and every process is asked again.
 */
export const simulate = async (options: Omit<WorldOptions, 'troubledMs'>): Promise<Simulated> => {
  const world = createWorld({ ...options, troubledMs })
  const { time, truth, violations, counts } = world
  const isWrong = () => violations.length > 0
  const troubles = makeTrouble(world)
  for (let nth = 0; nth < clients; nth++) void runClient(world.clients, () => time.now > troubledMs)
  await time.run(settledMs, isWrong)
  truth.follow()
  if (!isWrong()) await askAgain(world, answeredMs)
  if (!isWrong()) checkHistory(world)
  return { violations, ...counts, ...troubles, superseded: truth.superseded }
}
