import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { EventEmitter } from 'node:events'
import type { ConsumerConfig, ConsumerRunConfig, Kafka } from 'kafkajs'
import { LogBroken, type ReaderOptions } from '@reprise/core/ports/log.port.ts'
import { quiet } from '@reprise/core/quiet-logger.ts'
import { createKafkaReader } from './kafka-reader.ts'

const topic = 'playlist-events'
const events = { GROUP_JOIN: 'join', CRASH: 'crash' }
const done = () => Promise.resolve()
const never = () => new Promise<never>(() => undefined)

/** What a consumer of a test does otherwise than well. */
type Behaviour = {
  readonly connect?: () => Promise<void>
  readonly subscribe?: () => Promise<void>
  readonly run?: () => Promise<void>
  readonly disconnect?: () => Promise<void>
}

/** A cluster whose consumers behave one after the other as told, the rest well, and what was done with each. */
const createCluster = (...behaviours: readonly Behaviour[]) => {
  const consumers: ReturnType<typeof createConsumer>[] = []
  const createConsumer = (config: ConsumerConfig, behaviour: Behaviour) => {
    const emitter = new EventEmitter()
    const calls: string[] = []
    const sought: string[] = []
    let running: ConsumerRunConfig | undefined
    return {
      config,
      calls,
      sought,
      tell: (event: keyof typeof events, payload: object) => emitter.emit(events[event], { payload }),
      deliver: (from: number) => running?.eachBatch?.(batchFrom(from)),
      consumer: {
        events,
        on: (name: string, listener: () => void) => emitter.on(name, listener),
        connect: behaviour.connect ?? done,
        subscribe: behaviour.subscribe ?? done,
        pause: () => undefined,
        resume: () => undefined,
        seek: ({ offset }: { readonly offset: string }) => sought.push(offset),
        run: async (how: ConsumerRunConfig) => {
          running = how
          await behaviour.run?.()
          calls.push('ran')
        },
        disconnect: async () => {
          calls.push('disconnect')
          await behaviour.disconnect?.()
        },
      },
    }
  }
  const consumer = (config: ConsumerConfig) => {
    const made = createConsumer(config, behaviours[consumers.length] ?? {})
    consumers.push(made)
    return made.consumer
  }
  const kafka = { consumer } as unknown as Kafka
  const nth = (at: number) => {
    const found = consumers[at]
    if (found === undefined) throw new Error(`there is no consumer ${at}`)
    return found
  }
  return { kafka, nth, calls: () => consumers.map(({ calls }) => calls) }
}

const batchFrom = (offset: number) =>
  ({
    batch: {
      partition: 0,
      fetchedOffset: String(offset),
      highWatermark: '100',
      messages: [{ offset: String(offset), value: Buffer.alloc(0), headers: {}, timestamp: '0' }],
    },
    isStale: () => false,
    heartbeat: done,
    resolveOffset: () => undefined,
  }) as never

const open = (kafka: Kafka, more: Partial<ReaderOptions> = {}, bounds = { low: 0 }) =>
  createKafkaReader({
    kafka,
    namespace: '',
    logger: quiet,
    boundsOf: () => Promise.resolve([{ partition: 0, low: bounds.low, high: 100 }]),
    reading: {
      topic,
      resumeAt: () => Promise.resolve(5),
      onBatch: done,
      onStopped: () => undefined,
      ...more,
    },
  })

const joined = { memberAssignment: { [topic]: [0] } }

beforeEach(() => void jest.useFakeTimers())
afterEach(() => void jest.useRealTimers())

describe('a reader that does not start', () => {
  test.each<[string, Behaviour]>([
    ['connecting', { connect: () => Promise.reject(new Error('away')) }],
    ['subscribing', { subscribe: () => Promise.reject(new Error('away')) }],
  ])('leaves no consumer behind: %s', async (_name, behaviour) => {
    const { kafka, calls } = createCluster({
      ...behaviour,
      disconnect: () => Promise.reject(new Error('not connected')),
    })
    await expect(open(kafka)).rejects.toThrow('away')
    expect(calls()).toEqual([['disconnect']])
  })

  test('waits five seconds at most for its consumer to disconnect', async () => {
    const { kafka } = createCluster({
      connect: () => Promise.reject(new Error('away')),
      disconnect: never,
    })
    let told: unknown
    open(kafka).catch((reason: unknown) => (told = reason))
    await jest.advanceTimersByTimeAsync(5_000)
    expect(told).toMatchObject({ message: 'away' })
  })
})

describe('a consumer that crashed', () => {
  test('is replaced, also where kafkajs would restart it, until one starts; none of them is left behind', async () => {
    const { kafka, nth, calls } = createCluster({}, { connect: () => Promise.reject(new Error('away')) })
    const reader = await open(kafka)
    expect(await nth(0).config.retry?.restartOnFailure?.(new Error('x'))).toBe(false)
    nth(0).tell('CRASH', { restart: true, error: new Error('x') })
    await jest.advanceTimersByTimeAsync(2_000)
    expect(calls()).toEqual([['ran', 'disconnect'], ['disconnect'], ['ran']])
    await reader.close()
    expect(calls()[2]).toEqual(['ran', 'disconnect'])
  })

  test('is not replaced after closing', async () => {
    const { kafka, nth, calls } = createCluster()
    const reader = await open(kafka)
    nth(0).tell('CRASH', { restart: false, error: new Error('x') })
    await reader.close()
    await jest.advanceTimersByTimeAsync(10_000)
    expect(calls()).toEqual([['ran', 'disconnect']])
  })
})

describe('closing', () => {
  test('takes five seconds at most, whatever the consumer does', async () => {
    const { kafka } = createCluster({ disconnect: never })
    const reader = await open(kafka)
    let isClosed = false
    void reader.close().then(() => (isClosed = true))
    await jest.advanceTimersByTimeAsync(4_900)
    expect(isClosed).toBe(false)
    await jest.advanceTimersByTimeAsync(100)
    expect(isClosed).toBe(true)
  })

  test('waits for a batch that is in hand, as long as it takes', async () => {
    const handled = Promise.withResolvers<undefined>()
    const { kafka, nth } = createCluster({ disconnect: never })
    const reader = await open(kafka, { onBatch: () => handled.promise })
    nth(0).tell('GROUP_JOIN', joined)
    await jest.advanceTimersByTimeAsync(0)
    void nth(0).deliver(5)
    await jest.advanceTimersByTimeAsync(0)
    let isClosed = false
    void reader.close().then(() => (isClosed = true))
    await jest.advanceTimersByTimeAsync(60_000)
    expect(isClosed).toBe(false)
    handled.resolve(undefined)
    await jest.advanceTimersByTimeAsync(0)
    expect(isClosed).toBe(true)
  })

  test('while another consumer joins, that one leaves when it has joined, for before it could not', async () => {
    const joining = Promise.withResolvers<undefined>()
    const { kafka, nth, calls } = createCluster({}, { run: () => joining.promise })
    const reader = await open(kafka)
    nth(0).tell('CRASH', { restart: false, error: new Error('x') })
    await jest.advanceTimersByTimeAsync(1_000)
    const closed = reader.close()
    await jest.advanceTimersByTimeAsync(1_000)
    expect(calls()[1]).toEqual([])
    joining.resolve(undefined)
    await closed
    expect(calls()[1]?.slice(0, 2)).toEqual(['ran', 'disconnect'])
  })

  test('while another consumer connects, that one never joins', async () => {
    const connecting = Promise.withResolvers<undefined>()
    const { kafka, nth, calls } = createCluster({}, { connect: () => connecting.promise })
    const reader = await open(kafka)
    nth(0).tell('CRASH', { restart: false, error: new Error('x') })
    await jest.advanceTimersByTimeAsync(1_000)
    const closed = reader.close()
    connecting.resolve(undefined)
    await closed
    expect(calls()[1]).not.toContain('ran')
    expect(calls()[1]).toContain('disconnect')
  })

  test('ends all questions: a rewind or a late join asks nothing', async () => {
    const asked: number[] = []
    const resumeAt = (partition: number) => {
      asked.push(partition)
      return Promise.resolve(5)
    }
    const { kafka, nth } = createCluster()
    const reader = await open(kafka, { resumeAt })
    nth(0).tell('GROUP_JOIN', joined)
    await jest.advanceTimersByTimeAsync(0)
    expect(asked).toEqual([0])
    await reader.close()
    reader.rewind()
    nth(0).tell('GROUP_JOIN', joined)
    await jest.advanceTimersByTimeAsync(2_000)
    expect(asked).toEqual([0])
  })
})

test('a place that is gone from the log stops the reader, without one more crash of its consumer', async () => {
  const stopped: Error[] = []
  const bounds = { low: 0 }
  const { kafka, nth, calls } = createCluster()
  await open(kafka, { onStopped: (reason) => void stopped.push(reason) }, bounds)
  nth(0).tell('GROUP_JOIN', joined)
  await jest.advanceTimersByTimeAsync(0)
  bounds.low = 50
  for (let stray = 0; stray < 4; stray++) await nth(0).deliver(50)
  await jest.advanceTimersByTimeAsync(0)
  expect(stopped).toHaveLength(1)
  expect(stopped[0]).toBeInstanceOf(LogBroken)
  expect(nth(0).sought).toEqual(['5', '5', '5', '5'])
  expect(calls()).toEqual([['ran', 'disconnect']])
})
