import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import type { Kafka, ProducerRecord } from 'kafkajs'
import type { LogRecord } from '@reprise/core/ports/log.port.ts'
import { quiet } from '@reprise/core/quiet-logger.ts'
import { createKafkaAppender } from './kafka-appender.ts'

/** A cluster whose producer answers at once, and how many records each request had. */
const createCluster = () => {
  const requests: number[] = []
  const producer = {
    connect: () => Promise.resolve(),
    disconnect: () => Promise.resolve(),
    send: ({ messages }: ProducerRecord) => {
      requests.push(messages.length)
      return Promise.resolve([{ partition: 0, baseOffset: '0' }])
    },
  }
  return { requests, kafka: { producer: () => producer } as unknown as Kafka }
}

const records = (count: number): LogRecord[] =>
  Array.from({ length: count }, () => ({ partition: 0, key: 'k', value: Buffer.alloc(1), headers: {} }))

const openAppender = async () => {
  const { kafka, requests } = createCluster()
  return { requests, appender: await createKafkaAppender({ kafka, topic: 't', logger: quiet }) }
}

/** Lets everything happen that waits for no clock. */
const settled = () => jest.advanceTimersByTimeAsync(0)

describe('the pace of an appender', () => {
  beforeEach(() => void jest.useFakeTimers())
  afterEach(() => void jest.useRealTimers())

  test('records that come one after the other follow each other at once', async () => {
    const { requests, appender } = await openAppender()
    for (const _ of [1, 2, 3]) {
      const appended = appender.append(records(1))
      await settled()
      await appended
    }
    expect(requests).toEqual([1, 1, 1])
  })

  test('after two together, what comes within eight milliseconds goes together', async () => {
    const { requests, appender } = await openAppender()
    const first = appender.append(records(2))
    await settled()
    await first
    const second = appender.append(records(1))
    await jest.advanceTimersByTimeAsync(7)
    expect(requests).toEqual([2])
    const third = appender.append(records(2))
    await jest.advanceTimersByTimeAsync(1)
    await Promise.all([second, third])
    expect(requests).toEqual([2, 3])
  })

  test('closing waits for what waits for its moment', async () => {
    const { requests, appender } = await openAppender()
    const first = appender.append(records(8))
    await settled()
    await first
    const second = appender.append(records(1))
    const closed = appender.close()
    await jest.advanceTimersByTimeAsync(8)
    await Promise.all([second, closed])
    expect(requests).toEqual([8, 1])
  })
})

describe('records that are made at the last moment', () => {
  beforeEach(() => void jest.useFakeTimers())
  afterEach(() => void jest.useRealTimers())

  test('go with the next request, which waits for its time', async () => {
    const { requests, appender } = await openAppender()
    const first = appender.append(records(2))
    await settled()
    await first
    const appended: Promise<unknown>[] = []
    for (const count of [3, 4]) appender.beforeNext(() => appended.push(appender.append(records(count))))
    await jest.advanceTimersByTimeAsync(7)
    expect(appended).toEqual([])
    await jest.advanceTimersByTimeAsync(1)
    await Promise.all(appended)
    expect(requests).toEqual([2, 7])
  })

  test('may be none: then nothing is sent', async () => {
    const { requests, appender } = await openAppender()
    const asked: number[] = []
    for (const nth of [1, 2]) {
      appender.beforeNext(() => asked.push(nth))
      await jest.advanceTimersByTimeAsync(1)
    }
    expect([asked, requests]).toEqual([[1, 2], []])
    const appended = appender.append(records(1))
    await settled()
    await appended
    expect(requests).toEqual([1])
  })
})

describe('an appender', () => {
  test('that can not connect leaves no producer behind', async () => {
    const left: string[] = []
    const producer = {
      connect: () => Promise.reject(new Error('away')),
      disconnect: () => {
        left.push('disconnect')
        return Promise.reject(new Error('not connected'))
      },
    }
    const kafka = { producer: () => producer } as unknown as Kafka
    await expect(createKafkaAppender({ kafka, topic: 't', logger: quiet })).rejects.toThrow('away')
    expect(left).toEqual(['disconnect'])
  })

  test('that is closed appends nothing any more, and connects no more', async () => {
    const { appender, requests } = await openAppender()
    await appender.close()
    await expect(appender.append(records(1))).rejects.toThrow('closed')
    expect(requests).toEqual([])
  })

  test('ends in time though its producer never disconnects', async () => {
    jest.useFakeTimers()
    const producer = { connect: () => Promise.resolve(), disconnect: () => new Promise(() => undefined) }
    const kafka = { producer: () => producer } as unknown as Kafka
    const appender = await createKafkaAppender({ kafka, topic: 't', logger: quiet })
    let isClosed = false
    void appender.close().then(() => (isClosed = true))
    await jest.advanceTimersByTimeAsync(5_000)
    jest.useRealTimers()
    expect(isClosed).toBe(true)
  })
})
