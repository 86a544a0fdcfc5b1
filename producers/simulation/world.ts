import type { EventCodec } from '@reprise/core/ports/event-codec.port.ts'
import { type Answer, objectionTo } from './answers.ts'
import { type Faults, faultsOf, noFaults } from './faults.ts'
import { createRandomOrders } from './random-orders.ts'
import { createSeededRandom } from './seeded-random.ts'
import { createSimulatedBroker } from './simulated-broker.ts'
import type { ClientOptions, Ended } from './simulated-clients.ts'
import { createSimulatedGroup } from './simulated-ownership.ts'
import { createSimulatedProcess, type SimulatedProcess } from './simulated-process.ts'
import { createSimulatedRows, type LossyRowStore } from './simulated-rows.ts'
import { createTruth, type PlaylistOrder } from './truth.ts'
import { createVirtualTime } from './virtual-time.ts'

/** A command that a client gave, and whether anybody told it that it may have happened. */
export type Given = { readonly order: PlaylistOrder; mayHaveHappened: boolean }

/** What a schedule is made of. */
export type WorldOptions = {
  readonly seed: number
  readonly codec: EventCodec
  readonly rows: LossyRowStore
  /** Until when things go wrong. */
  readonly troubledMs: number
}

/** As seldom as in production, and so often that whatever else goes wrong meets what was stored. */
const storeEveryMs = [3_000, 30_000]

/** Three processes, a broker, a row store and clients, all in virtual time, and what is true of them. */
export const createWorld = ({ seed, codec, rows: store, troubledMs }: WorldOptions) => {
  const random = createSeededRandom(seed)
  const time = createVirtualTime()
  const partitions = 1 + random.below(3)
  const broker = createSimulatedBroker({ partitions, now: () => Date.now() })
  const mix = faultsOf(random)
  const faults = (): Faults => (time.now < troubledMs ? mix : noFaults)
  const counts = { accepted: 0, unchanged: 0, refused: 0, discarded: 0 }
  const violations: string[] = []
  const object = (violation: string) => void violations.push(`${time.now} ms: ${violation}`)
  const given = new Map<string, Given>()
  const givenAs = (commandId: string, bodyHash: string) => given.get(`${commandId} ${bodyHash}`)
  const truth = createTruth({
    codec,
    broker,
    orderOf: (commandId, bodyHash) => givenAs(commandId, bodyHash)?.order,
    object,
  })
  const rows = createSimulatedRows({ rows: store, time, random, faults })
  const group = createSimulatedGroup({ time, random, partitions, faults })
  const processes: SimulatedProcess[] = []
  let events = 0
  const sight = { broker, time, random, faults, group, rows, codec, storeEveryMs: random.pick(storeEveryMs) }
  for (const name of ['a', 'b', 'c'])
    processes.push(
      createSimulatedProcess({
        ...sight,
        name,
        newEventId: () => `e${++events}`,
        listenerAt: (address) => processes.find((process) => process.name === address),
        discard: (partition, records) => {
          truth.follow()
          for (const { offset } of records) {
            counts.discarded++
            if (truth.isAccepted(partition, offset))
              object(`${partition}/${offset} counts, and was discarded`)
          }
          return Promise.resolve()
        },
      }),
    )

  const clients: ClientOptions = {
    time,
    random,
    faults,
    processes,
    orders: createRandomOrders(random, ['p', 'q', 'r'].slice(0, 1 + random.below(3))),
    endOf: (streamId) => broker.partitions[truth.partitionOf(streamId)]?.length ?? 0,
    onAnswer: (answer: Answer) => {
      truth.follow()
      counts[answer.outcome.kind]++
      const objection = objectionTo(answer, truth)
      if (objection !== undefined) object(objection)
    },
    onOrder: (order) => {
      const key = `${order.commandId} ${order.bodyHash}`
      if (!given.has(key)) given.set(key, { order, mayHaveHappened: false })
    },
    onEnded: (order, ended: Ended) => {
      const one = givenAs(order.commandId, order.bodyHash)
      if (one && ended !== 'nothing was done') one.mayHaveHappened = true
    },
  }
  return {
    ...sight,
    troubledMs,
    processes,
    clients,
    truth,
    given: given as ReadonlyMap<string, Given>,
    counts,
    object,
    violations: violations as readonly string[],
  }
}

/** See {@link createWorld}. */
export type World = ReturnType<typeof createWorld>
