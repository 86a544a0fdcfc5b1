import type { Appender, Log, LogRecord, ReaderOptions, StoredRecord } from '@reprise/core/ports/log.port.ts'
import type { Faults } from './faults.ts'
import type { SeededRandom } from './seeded-random.ts'
import type { SimulatedBroker } from './simulated-broker.ts'
import type { Owner, VirtualTime } from './virtual-time.ts'

/** What one process sees the log through. */
export type SimulatedLogOptions = {
  readonly owner: Owner
  readonly broker: SimulatedBroker
  readonly time: VirtualTime
  readonly random: SeededRandom
  /** Asked anew each time: faults end before the final questions. */
  readonly faults: () => Faults
}

const requestTimeoutMs = 400

/** The Log port of one process, over a network and a client library that do what they like with an append. */
export const createSimulatedLog = (options: SimulatedLogOptions): Log => ({
  createAppender: () => Promise.resolve(createAppender(options)),
  read: (reading) => Promise.resolve(createReader(options, reading)),
  endOffsets: () => askEnds(options),
  incarnation: () => Promise.resolve('simulated'),
  close: () => Promise.resolve(),
})

/** One request at a time, as the port promises; what arrives meanwhile goes with the next one. */
const createAppender = (options: SimulatedLogOptions): Appender => {
  type Call = ReturnType<typeof Promise.withResolvers<ReadonlyMap<number, number>>> & {
    readonly records: readonly LogRecord[]
  }
  let waiting: Call[] = []
  const beforeNext: (() => void)[] = []
  let isSending = false
  const pump = async () => {
    isSending = true
    for (; waiting.length > 0 || beforeNext.length > 0;) {
      for (const call of beforeNext.splice(0)) call()
      if (waiting.length === 0) continue
      const calls = waiting
      waiting = []
      const records = calls.flatMap((call) => call.records)
      await produce(options, records).then(
        (first) => {
          const next = new Map(first)
          for (const call of calls) call.resolve(startsOf(call.records, next))
        },
        (reason: unknown) => {
          for (const call of calls) call.reject(reason)
        },
      )
    }
    isSending = false
  }
  return {
    append: (records) => {
      const call = { ...Promise.withResolvers<ReadonlyMap<number, number>>(), records }
      waiting.push(call)
      if (!isSending) void pump()
      return call.promise
    },
    beforeNext: (call) => {
      beforeNext.push(call)
      if (!isSending) void options.time.after(0, options.owner, () => void (isSending || pump()))
    },
    close: () => Promise.resolve(),
  }
}

/** Where each partition's part of one call begins, given where it begins in the request; advances the latter. */
const startsOf = (records: readonly LogRecord[], next: Map<number, number>): ReadonlyMap<number, number> => {
  const first = new Map<number, number>()
  for (const { partition } of records) {
    const offset = next.get(partition) ?? 0
    if (!first.has(partition)) first.set(partition, offset)
    next.set(partition, offset + 1)
  }
  return first
}

type Fate = 'ordinary' | 'lost' | 'stored, not acknowledged' | 'acknowledged, not stored' | 'twice' | 'late'

const fateOf = ({ random, faults }: SimulatedLogOptions): Fate => {
  const now = faults()
  if (random.chance(now.lostAppend)) return 'lost'
  if (random.chance(now.lostAcknowledgement)) return 'stored, not acknowledged'
  if (random.chance(now.falseAcknowledgement)) return 'acknowledged, not stored'
  if (random.chance(now.doubledAppend)) return 'twice'
  return random.chance(now.lateAppend) ? 'late' : 'ordinary'
}

/** What is on the network belongs to no process: it arrives though its sender is paused or dead by then. */
const produce = (
  options: SimulatedLogOptions,
  records: readonly LogRecord[],
): Promise<ReadonlyMap<number, number>> => {
  const { owner, broker, time, random } = options
  const { promise, resolve, reject } = Promise.withResolvers<ReadonlyMap<number, number>>()
  const fate = fateOf(options)
  const answer = (ms: number, run: () => void) => void time.after(ms, owner, run)
  const fail = () => answer(random.below(requestTimeoutMs), () => reject(new Error('request timed out')))
  const store = (ms: number, then?: (first: ReadonlyMap<number, number>) => void) =>
    void time.after(ms, undefined, () => {
      const first = broker.append(records)
      then?.(first)
    })
  const acknowledge = (first: ReadonlyMap<number, number>) => answer(random.delay(4), () => resolve(first))

  if (fate === 'acknowledged, not stored') {
    const ends = broker.ends()
    acknowledge(new Map(records.map(({ partition }) => [partition, ends[partition] ?? 0])))
  } else if (fate === 'late') {
    store(random.below(3_000))
    fail()
  } else if (fate === 'lost') fail()
  else if (fate === 'stored, not acknowledged') store(random.delay(4), fail)
  else {
    store(random.delay(4), acknowledge)
    if (fate === 'twice') store(random.below(600))
  }
  return promise
}

const askEnds = ({
  owner,
  broker,
  time,
  random,
  faults,
}: SimulatedLogOptions): Promise<readonly number[]> => {
  const { promise, resolve, reject } = Promise.withResolvers<readonly number[]>()
  const fails = random.chance(faults().failedEnd)
  time.after(random.delay(3), undefined, () => {
    const ends = broker.ends()
    time.after(random.delay(3), owner, () => (fails ? reject(new Error('no answer')) : resolve(ends)))
  })
  return promise
}

/** A reader of all partitions, each at its own pace, some far behind. */
const createReader = (options: SimulatedLogOptions, reading: ReaderOptions) => {
  const { owner, broker, time, random, faults } = options
  let generation = 0
  const paceMs = () => (random.chance(faults().laggingReader) ? random.below(1_500) : random.delay(3))

  const delivering = new Map<number, Promise<void>>()
  const deliver = async (partition: number, records: readonly StoredRecord[]): Promise<void> => {
    const delivered = reading.onBatch({ partition, records })
    delivering.set(partition, delivered)
    await delivered
  }
  const follow = async (partition: number, from: number, mine: number): Promise<void> => {
    const stored = broker.partitions[partition] ?? []
    for (let next = from; mine === generation;) {
      await new Promise<void>((resolve) => void time.after(paceMs(), owner, resolve))
      await delivering.get(partition)
      if (mine !== generation) return
      const count = Math.min(stored.length - next, 1 + random.below(20))
      if (count > 0) await deliver(partition, stored.slice(next, next + count))
      else await untilAppended()
      next += Math.max(0, count)
    }
  }
  const untilAppended = () =>
    new Promise<void>((resolve) => {
      const done = broker.onAppended(() => {
        done()
        time.after(0, owner, resolve)
      })
    })
  const begin = async (): Promise<void> => {
    const mine = ++generation
    const partitions = [...broker.partitions.keys()]
    const offsets = await Promise.all(partitions.map((partition) => reading.resumeAt(partition)))
    if (mine !== generation) return
    reading.onAssigned?.(partitions)
    await Promise.all(
      partitions.map(async (partition) => {
        const from = offsets[partition]
        if (from !== undefined) await follow(partition, from, mine)
      }),
    )
  }
  const start = () => void begin().catch((reason: unknown) => reading.onStopped(reason as Error))
  start()
  return {
    rewind: start,
    close: () => {
      generation++
      return Promise.resolve()
    },
  }
}
