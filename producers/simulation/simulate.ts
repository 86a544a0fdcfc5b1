import { createAcceptance } from '@reprise/core/acceptance.ts'
import type { EventCodec } from '@reprise/core/ports/event-codec.port.ts'
import { type Answer, objectionTo } from './answers.ts'
import { faultsOf, noFaults } from './faults.ts'
import { createRandomOrders } from './random-orders.ts'
import { createSeededRandom } from './seeded-random.ts'
import { attempt, type ClientOptions, type Ended, runClient } from './simulated-clients.ts'
import { createSimulatedBroker } from './simulated-broker.ts'
import { createSimulatedLog } from './simulated-log.ts'
import { createSimulatedProcess } from './simulated-process.ts'
import { createTruth, type PlaylistOrder } from './truth.ts'
import { createVirtualTime } from './virtual-time.ts'

/** What a schedule came to: everything that was wrong, and how much happened, so that an idle run doesn't look like a good one. */
export type Simulated = {
  readonly violations: readonly string[]
  readonly accepted: number
  readonly unchanged: number
  readonly refused: number
  readonly superseded: number
  readonly kills: number
  readonly pauses: number
}

type Given = { readonly order: PlaylistOrder; mayHaveHappened: boolean; isUnderWay: number }

const troubledMs = 1_500
const settledMs = 7_000
const answeredMs = 25_000

/**
 * One seeded schedule of the real write path: three processes, a handful of clients, and a log whose appends are
 * delayed, lost, doubled and falsely acknowledged, while processes are killed, paused and left behind. Then the
 * trouble ends and every process is asked for every command again.
 */
export const simulate = async (options: {
  readonly seed: number
  readonly codec: EventCodec
}): Promise<Simulated> => {
  const random = createSeededRandom(options.seed)
  const time = createVirtualTime()
  const broker = createSimulatedBroker({ partitions: 1 + random.below(2), now: () => time.now })
  const mix = faultsOf(random)
  const faults = () => (time.now < troubledMs ? mix : noFaults)
  const violations: string[] = []
  const object = (violation: string) => void violations.push(`${time.now} ms: ${violation}`)
  const given = new Map<string, Given>()
  const keyOf = (commandId: string, bodyHash: string) => `${commandId} ${bodyHash}`
  const truth = createTruth({
    codec: options.codec,
    broker,
    orderOf: (commandId, bodyHash) => given.get(keyOf(commandId, bodyHash))?.order,
    object,
  })
  const counts = { accepted: 0, unchanged: 0, refused: 0, kills: 0, pauses: 0 }
  let events = 0
  const processes = ['a', 'b', 'c'].map((name) =>
    createSimulatedProcess({
      name,
      time,
      codec: options.codec,
      newEventId: () => `e${++events}`,
      logOf: (owner) => createSimulatedLog({ owner, broker, time, random, faults }),
    }),
  )
  const clients: ClientOptions = {
    time,
    random,
    faults,
    orders: createRandomOrders(random, ['p', 'q', 'r'].slice(0, 1 + random.below(3))),
    processes,
    endOf: (streamId) => broker.partitions[truth.partitionOf(streamId)]?.length ?? 0,
    onAnswer: (answer: Answer) => {
      truth.follow()
      counts[answer.outcome.kind]++
      const objection = objectionTo(answer, truth)
      if (objection !== undefined) object(objection)
    },
    onOrder: (order) => {
      const key = keyOf(order.commandId, order.bodyHash)
      if (!given.has(key)) given.set(key, { order, mayHaveHappened: false, isUnderWay: 0 })
    },
    onEnded: (order, ended: Ended) => {
      const one = given.get(keyOf(order.commandId, order.bodyHash))
      if (one && ended !== 'nothing was done') one.mayHaveHappened = true
    },
  }
  for (let nth = 0; nth < 3; nth++) void runClient(clients, () => time.now > troubledMs)
  const trouble = () => {
    if (time.now > troubledMs) return
    for (const process of processes)
      if (process.owner.state === 'running' && random.chance(mix.kill)) {
        counts.kills++
        process.kill(random.below(400))
      } else if (process.owner.state === 'running' && random.chance(mix.pause)) {
        counts.pauses++
        process.pause(random.below(5_000))
      }
    time.after(100, undefined, trouble)
  }
  time.after(100, undefined, trouble)
  await time.run(settledMs, () => violations.length > 0)
  truth.follow()

  const ask = async (order: PlaylistOrder, at: (typeof processes)[number]): Promise<void> => {
    const isAnswered = async () => typeof (await attempt(clients, at, order)) === 'object'
    while (!(await isAnswered()));
  }
  let unanswered = 0
  const standing = [...given.values()].filter(({ order }) => truth.factOf(order.commandId) !== undefined)
  for (const process of processes)
    for (const [at, { order }] of standing.entries())
      if (at >= standing.length - 3 || random.chance(0.3)) {
        unanswered++
        void ask(order, process).then(() => void unanswered--)
      }
  await time.run(answeredMs, () => unanswered === 0 || violations.length > 0)
  if (unanswered > 0 && violations.length === 0)
    object(`${unanswered} questions were not answered though all trouble had ended`)
  for (const { order, mayHaveHappened } of given.values()) {
    const fact = truth.factOf(order.commandId)
    if (!mayHaveHappened && fact?.order.bodyHash === order.bodyHash)
      object(`${order.commandId} is in the history, but every attempt was told that nothing was done`)
  }
  for (const [partition, records] of broker.partitions.entries()) {
    const reader = createAcceptance(true)
    for (const record of records) reader.accept(record)
    if (reader.lastAcceptedId !== truth.lastAcceptedIds()[partition])
      object(`a reader of partition ${partition} derives another history`)
  }
  return { violations, ...counts, superseded: truth.superseded }
}
