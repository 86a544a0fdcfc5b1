import { describe, expect, test } from '@jest/globals'
import { createInMemoryLog } from '@reprise/adapters/in-memory/log.in-memory.ts'
import type { Appender, Log, LogRecord, StoredRecord } from '@reprise/core/ports/log.port.ts'
import { StoreUnavailable } from '@reprise/core/ports/store-failure.ts'
import { quiet } from '@reprise/core/quiet-logger.ts'
import { codec } from '../testing/codec.ts'
import { createOperator } from '../testing/operator.ts'
import { createDeadLetters } from './dead-letters.ts'
import { UnreadableRecord } from './decode-events.ts'
import type { Stopped } from './stopped-letters.ts'

/** What a broker takes in one batch of a partition, if it isn't told otherwise. */
const batchBytesMax = 1_048_588
const projection = { name: 'view', version: 1, from: 'playlist-events' }

const unreadable = (offset: number, bytes: number): Stopped => {
  const record: StoredRecord = {
    offset,
    key: 'k',
    value: Buffer.alloc(bytes, 1),
    eventId: `e${offset}`,
    eventType: 'PlaylistCreated',
    previous: undefined,
    recordedAt: 0,
  }
  const entry = { group: 'same', offset, attempt: 1 }
  return {
    entry: entry as Stopped['entry'],
    record,
    cause: new UnreadableRecord(record, new Error('nonsense')),
  }
}

/** A log whose appenders do with each call what `before` says. */
const create = async (before: (records: readonly LogRecord[]) => Promise<void>) => {
  const inner = createInMemoryLog()
  const guarded = (appender: Appender): Appender => ({
    ...appender,
    append: (records) => before(records).then(() => appender.append(records)),
  })
  const log: Log = { ...inner, createAppender: (topic) => inner.createAppender(topic).then(guarded) }
  const letters = await createDeadLetters({ log, codec, logger: quiet })
  return { letters, operator: createOperator(inner, projection) }
}

describe('dead letters', () => {
  test('that are too large for one request go in several', async () => {
    const { letters, operator } = await create((records) => {
      const bytes = records.reduce((sum, { value }) => sum + value.length, 0)
      return bytes > batchBytesMax ? Promise.reject(new Error('MESSAGE_TOO_LARGE')) : Promise.resolve()
    })
    await letters.of(projection).publish(0, [unreadable(0, 550_000), unreadable(1, 550_000)])
    expect((await operator.letters()).map(({ offset }) => offset)).toEqual([0, 1])
    await letters.close()
  })

  test('of which one is not taken are reported when nothing of them is under way any more', async () => {
    let calls = 0
    const gate = Promise.withResolvers<undefined>()
    const { letters, operator } = await create(async () => {
      if (calls++ === 0) throw new Error('no broker')
      await gate.promise
    })
    const published = letters.of(projection).publish(0, [unreadable(0, 10), unreadable(1, 10)])
    let isReported = false
    published.catch(() => (isReported = true))
    await new Promise((go) => setImmediate(go))
    expect(isReported).toBe(false)
    gate.resolve(undefined)
    await expect(published).rejects.toThrow(StoreUnavailable)
    expect((await operator.letters()).map(({ offset }) => offset)).toEqual([1])
    await letters.close()
  })
})
