import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Log, LogBatch, LogRecord, StoredRecord } from '../ports/log.port.ts'
import { until } from './until.ts'

const recordOf = (partition: number, id: string, previous?: string): LogRecord => ({
  partition,
  key: `key of ${id}`,
  value: Buffer.from(`value of ${id}`),
  headers: { ce_id: id, ce_type: 'Tested', ...(previous !== undefined && { previous }) },
})

/** What every Log must keep. Topics are fresh; `playlist-events` has at least two partitions. */
export const logContract = (name: string, create: () => Promise<Log>): void => {
  describe(`log contract: ${name}`, () => {
    let log: Log
    const seen: StoredRecord[][] = [[], []]
    const read = async (resumeAt: (partition: number) => number) => {
      const batches: LogBatch[] = []
      let stopped: Error | undefined
      const reader = await log.read({
        topic: 'playlist-events',
        resumeAt: (partition) => Promise.resolve(resumeAt(partition)),
        onBatch: (batch) => {
          batches.push(batch)
          return Promise.resolve()
        },
        onStopped: (reason) => (stopped = reason),
      })
      const of = (partition: number) =>
        batches.filter((batch) => batch.partition === partition).flatMap((batch) => batch.records)
      return { reader, of, stopped: () => stopped }
    }

    beforeAll(async () => {
      log = await create()
    })
    afterAll(() => log.close())

    test('an append answers where its records stand, side by side and in order', async () => {
      const appender = await log.createAppender('playlist-events')
      const first = await appender.append([recordOf(0, 'a', ''), recordOf(1, 'b', ''), recordOf(0, 'c', 'a')])
      expect([...first]).toEqual([
        [0, 0],
        [1, 0],
      ])
      const calls = Array.from({ length: 50 }, (_, at) =>
        appender.append([recordOf(0, `d${at}`), recordOf(0, `e${at}`)]),
      )
      const offsets = await Promise.all(calls)
      expect(offsets.map((offset) => offset.get(0))).toEqual(offsets.map((_, at) => 2 + 2 * at))
      await appender.close()
      expect((await log.endOffsets('playlist-events')).slice(0, 2)).toEqual([102, 1])
    })

    test('what is made right before a request is called for once, later, and may be nothing', async () => {
      const appender = await log.createAppender('library-events')
      const calls: string[] = []
      const made = new Promise((resolve) => {
        appender.beforeNext(() => {
          calls.push('made')
          resolve(appender.append([recordOf(0, 'made late')]))
        })
      })
      const nothing = new Promise<void>((resolve) => {
        appender.beforeNext(() => {
          calls.push('nothing')
          resolve()
        })
      })
      expect(calls).toEqual([])
      expect(await made).toEqual(new Map([[0, 0]]))
      await nothing
      await appender.append([recordOf(0, 'later')])
      await appender.close()
      expect(calls).toEqual(['made', 'nothing'])
    })

    test('a reader gets every record of every partition once, in order, with headers and values', async () => {
      const { reader, of } = await read(() => 0)
      await until(() => of(0).length === 102 && of(1).length === 1)
      await reader.close()
      seen[0] = of(0)
      expect(of(0).map(({ offset }) => offset)).toEqual([...Array(102).keys()])
      expect(of(0)[1]).toMatchObject({ eventId: 'c', eventType: 'Tested', previous: 'a', key: 'key of c' })
      expect(of(0)[0]?.previous).toBe('')
      expect(of(0)[2]?.previous).toBeUndefined()
      expect(of(0)[1]?.value.toString()).toBe('value of c')
      expect(of(0)[1]?.recordedAt).toBeGreaterThan(0)
    })

    test('a reader begins where it is told, and sees what comes later', async () => {
      const { reader, of } = await read((partition) => (partition === 0 ? 100 : 0))
      await until(() => of(0).length === 2)
      const appender = await log.createAppender('playlist-events')
      await appender.append([recordOf(0, 'later')])
      await until(() => of(0).length === 3)
      await Promise.all([reader.close(), appender.close()])
      expect(of(0).map(({ offset }) => offset)).toEqual([100, 101, 102])
    })

    test('rewind asks again where to go on, and goes on there', async () => {
      let from = 101
      const { reader, of } = await read((partition) => (partition === 0 ? from : 1))
      await until(() => of(0).length === 2)
      from = 99
      reader.rewind()
      await until(() => of(0).length === 6)
      await reader.close()
      expect(of(0).map(({ offset }) => offset)).toEqual([101, 102, 99, 100, 101, 102])
    })

    test('a place past the end of the log stops the reader with words', async () => {
      const { reader, stopped } = await read((partition) => (partition === 0 ? 5_000 : 0))
      await until(() => stopped() !== undefined)
      await reader.close()
      expect(stopped()).toMatchObject({ name: 'LogBroken' })
    })

    test('an error in onBatch stops the reader and is handed on', async () => {
      let stopped: Error | undefined
      const reader = await log.read({
        topic: 'playlist-events',
        resumeAt: () => Promise.resolve(0),
        onBatch: () => Promise.reject(new Error('a handler threw')),
        onStopped: (reason) => (stopped = reason),
      })
      await until(() => stopped !== undefined)
      await reader.close()
      expect(stopped?.message).toBe('a handler threw')
    })

    test('readers of one group share the partitions', async () => {
      const assignments: (readonly number[])[] = [[], []]
      const readers = []
      for (const member of [0, 1])
        readers.push(
          await log.read({
            topic: 'playlist-events',
            group: 'contract',
            resumeAt: () => Promise.resolve(0),
            onAssigned: (partitions) => (assignments[member] = partitions),
            onBatch: () => Promise.resolve(),
            onStopped: () => undefined,
          }),
        )
      const all = (await log.endOffsets('playlist-events')).length
      const shared = () =>
        assignments.every((partitions) => partitions.length > 0) &&
        assignments.flat().length === all &&
        new Set(assignments.flat()).size === all
      await until(shared)
      await readers[0]?.close()
      await until(() => assignments[1]?.length === all)
      await readers[1]?.close()
    })

    test('the cluster has a name', async () => {
      expect(await log.incarnation()).not.toBe('')
    })
  })
}
