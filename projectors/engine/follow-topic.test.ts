import { describe, expect, test } from '@jest/globals'
import type { Checkpoint } from '@reprise/core/checkpoint.ts'
import type { Log, ReaderOptions, StoredRecord } from '@reprise/core/ports/log.port.ts'
import { quiet } from '@reprise/core/quiet-logger.ts'
import { type Follower, followTopic } from './follow-topic.ts'
import { defaultGathering } from './gathering.ts'
import { storingAtOnce } from './stay.ts'
import { eventReading } from './topic-reading.ts'

const recordOf = (offset: number): StoredRecord => ({
  offset,
  key: 'k',
  value: Buffer.alloc(0),
  eventId: `e${offset}`,
  eventType: 'Unheard',
  previous: undefined,
  recordedAt: 0,
})

describe('following a topic', () => {
  test('two questions for the same place: only the newest answer begins a stay, however late the older one comes', async () => {
    let reading: ReaderOptions | undefined
    const answers: ((checkpoint: Checkpoint | undefined) => void)[] = []
    const log = {
      incarnation: () => Promise.resolve('cluster'),
      read: (options: ReaderOptions) => {
        reading = options
        return Promise.resolve({ rewind: () => undefined, close: () => Promise.resolve() })
      },
    } as unknown as Log
    const written: number[] = []
    const codec = {
      encode: () => Buffer.alloc(0),
      learn: () => Promise.resolve(),
      decode: () => ({ type: '', value: {} }),
    }
    const follower: Follower<unknown> = {
      name: 'test',
      group: 'test',
      reading: eventReading('playback-events', new Set(), codec),
      checkpoints: {
        ensure: () => Promise.resolve(),
        read: () => new Promise((resolve) => answers.push(resolve)),
        write: (_partition: number, { offset }: Checkpoint) => {
          written.push(offset)
          return Promise.resolve()
        },
      } as unknown as Follower<unknown>['checkpoints'],
      ensure: () => Promise.resolve(),
      begin: () => storingAtOnce(() => Promise.resolve()),
      applied: () => undefined,
      forget: () => undefined,
      onLost: () => undefined,
    }
    const following = followTopic(follower, {
      log,
      logger: quiet,
      gathering: { ...defaultGathering, msNear: 0 },
    })
    while (reading === undefined) await new Promise((resolve) => setImmediate(resolve))

    const older = reading.resumeAt(0)
    const newer = reading.resumeAt(0)
    while (answers.length < 2) await new Promise((resolve) => setImmediate(resolve))
    answers[1]?.(undefined)
    expect(await newer).toBe(0)
    await reading.onBatch({ partition: 0, records: [recordOf(0), recordOf(1)] })
    answers[0]?.(undefined)
    await older
    await reading.onBatch({ partition: 0, records: [recordOf(2)] })
    expect(written).toEqual([1, 2])
    expect(following.status().state).not.toBe('stopped')
    await following.close()
  })
})
