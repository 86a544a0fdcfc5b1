import type { Problem } from '@reprise/core/problem.ts'
import type { Outcome } from '../write-path/command.ts'
import type { PlaylistReport } from '../playlists/playlist.decider.ts'
import type { Answer } from './answers.ts'
import type { Faults } from './faults.ts'
import type { RandomOrders } from './random-orders.ts'
import type { SeededRandom } from './seeded-random.ts'
import type { SimulatedProcess } from './simulated-process.ts'
import type { PlaylistOrder } from './truth.ts'
import type { VirtualTime } from './virtual-time.ts'

/** How an attempt ended for its client. */
export type Ended = Outcome<PlaylistReport> | 'nothing was done' | 'unknown'

/** What clients need of the world. */
export type ClientOptions = {
  readonly time: VirtualTime
  readonly random: SeededRandom
  readonly faults: () => Faults
  readonly orders: RandomOrders
  readonly processes: readonly SimulatedProcess[]
  readonly endOf: (streamId: string) => number
  readonly onAnswer: (answer: Answer) => void
  /** Every order is announced before its first attempt, and each attempt's end. */
  readonly onOrder: (order: PlaylistOrder) => void
  readonly onEnded: (order: PlaylistOrder, ended: Ended) => void
}

const patienceMs = 2_500

/** Sends a command to one process. The answer is judged as the process gives it, whether or not it arrives. */
export const attempt = (
  options: ClientOptions,
  process: SimulatedProcess,
  order: PlaylistOrder,
): Promise<Ended> => {
  const { time, random, endOf } = options
  const { promise, resolve } = Promise.withResolvers<Ended>()
  const { commands, owner } = process
  const end = (ended: Ended) => {
    const isCut = random.chance(options.faults().cutConnection)
    patience.isCancelled = true
    time.after(random.delay(3), undefined, () => resolve(isCut ? 'unknown' : ended))
  }
  if (commands === undefined) {
    time.after(1, undefined, () => resolve('nothing was done'))
    return promise
  }
  const patience = time.after(patienceMs, undefined, () => resolve('unknown'))
  time.after(random.delay(3), owner, () => {
    const endBefore = endOf(order.streamId)
    commands.submit(order).then(
      (outcome) => {
        options.onAnswer({ order, outcome, endBefore, endAfter: endOf(order.streamId) })
        end(outcome)
      },
      (reason: unknown) =>
        end((reason as Problem).code === 'outcome-unknown' ? 'unknown' : 'nothing was done'),
    )
  })
  return promise
}

/** Gives commands one after the other, each until it is answered or given up, with retries at any process. */
export const runClient = async (options: ClientOptions, isOver: () => boolean): Promise<void> => {
  const { time, random, orders, processes } = options
  const sleep = (ms: number) => new Promise<void>((resolve) => void time.after(ms, undefined, resolve))
  for (;;) {
    // Bursts, with rests between them that are long enough for states to be stored.
    await sleep(random.chance(0.2) ? random.below(12_000) : random.delay(30))
    if (isOver()) return
    const order = orders.next()
    options.onOrder(order)
    for (let tries = 1 + random.below(5); tries > 0; tries--) {
      const ended = await once(options, order, random.pick(processes))
      if (typeof ended === 'object') {
        learn(orders, order, ended)
        break
      }
      await sleep(random.delay(40))
    }
  }
}

/** Now and then the same request is sent to two processes at once. */
const once = async (
  options: ClientOptions,
  order: PlaylistOrder,
  process: SimulatedProcess,
): Promise<Ended> => {
  const { random, processes } = options
  const to = random.chance(0.08) ? [process, random.pick(processes)] : [process]
  const ended = await Promise.all(
    to.map(async (one) => {
      const how = await attempt(options, one, order)
      options.onEnded(order, how)
      return how
    }),
  )
  return ended.find((how) => typeof how === 'object') ?? ended[0] ?? 'unknown'
}

const learn = (
  { known }: RandomOrders,
  { streamId }: PlaylistOrder,
  outcome: Outcome<PlaylistReport>,
): void => {
  const stream = known.get(streamId)
  if (stream === undefined) return
  stream.version = outcome.version
  if (outcome.kind === 'accepted' && 'items' in outcome.report) stream.items.push(...outcome.report.items)
}
