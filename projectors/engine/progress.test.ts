import { describe, expect, test } from '@jest/globals'
import type { Appender, LogRecord } from '@reprise/core/ports/log.port.ts'
import { groupNameOf } from '@reprise/core/quarantine.ts'
import { quiet } from '@reprise/core/quiet-logger.ts'
import type { ProjectionProgress } from '@reprise/schemas/generated/events.ts'
import { codec } from '../testing/codec.ts'
import { until } from '../testing/in-memory-run.ts'
import { createProgress } from './progress.ts'

const progressOf = (projection: string, watermark: number, groups = 0): ProjectionProgress => ({
  projection,
  version: 1,
  topic: 'library-events',
  partition: 0,
  watermark,
  quarantined: Array.from({ length: groups }, (_, at) => ({ group: groupNameOf([`ann-${at}`]), offset: at })),
})

const textOf = ({ value }: LogRecord) => {
  const { projection, watermark } = codec.decode(value).value as ProjectionProgress
  return `${projection} ${watermark}`
}

/** What went into the log; it takes none of which `refuses` says so. */
const create = (refuses: (records: readonly LogRecord[]) => boolean = () => false) => {
  const taken: string[] = []
  const appender: Pick<Appender, 'append' | 'close'> = {
    append: (records) => {
      if (refuses(records)) return Promise.reject(new Error('MESSAGE_TOO_LARGE'))
      taken.push(...records.map(textOf))
      return Promise.resolve(new Map())
    },
    close: () => Promise.resolve(),
  }
  return { taken, progress: createProgress(appender, codec, quiet) }
}

describe('progress', () => {
  test('of one projection and partition goes out at most once in ten milliseconds: the newest', async () => {
    const { taken, progress } = create()
    for (const watermark of [1, 2, 3]) progress.publish(progressOf('view', watermark))
    await until(() => taken.length > 0)
    for (const watermark of [4, 5]) progress.publish(progressOf('view', watermark))
    await until(() => taken.length > 1)
    expect(taken).toEqual(['view 1', 'view 5'])
    await progress.close()
  })

  test('that would be too large together goes out all the same', async () => {
    const { taken, progress } = create(
      (records) => records.reduce((sum, { value }) => sum + value.length, 0) > 20_000,
    )
    for (const name of ['a', 'b', 'c', 'd']) progress.publish(progressOf(name, 1, 1_000))
    await until(() => taken.length === 4)
    expect(taken.sort()).toEqual(['a 1', 'b 1', 'c 1', 'd 1'])
    await progress.close()
  })

  test('that the log refuses holds up nobody else’s, and is tried again with what is newest then', async () => {
    let refusals = 0
    const { taken, progress } = create((records) => {
      const isRefused = refusals < 2 && records.some((record) => textOf(record).startsWith('bad'))
      if (isRefused) refusals++
      return isRefused
    })
    progress.publish(progressOf('bad', 1))
    progress.publish(progressOf('good', 1))
    await until(() => taken.length === 1)
    for (const watermark of [2, 3, 4]) {
      progress.publish(progressOf('bad', watermark))
      progress.publish(progressOf('good', watermark))
      await until(() => taken.length === watermark)
      expect(refusals).toBe(1)
    }
    await until(() => taken.length === 5)
    expect(taken).toEqual(['good 1', 'good 2', 'good 3', 'good 4', 'bad 4'])
    await progress.close()
  })

  test('that is left at the end is published, if the log takes it', async () => {
    let isRefusing = true
    const { taken, progress } = create(
      (records) => records.some((record) => textOf(record).startsWith('bad')) || isRefusing,
    )
    progress.publish(progressOf('bad', 1))
    progress.publish(progressOf('good', 1))
    await new Promise((go) => setTimeout(go, 20))
    progress.publish(progressOf('good', 2))
    progress.publish(progressOf('late', 1))
    isRefusing = false
    await progress.close()
    expect(taken.sort()).toEqual(['good 2', 'late 1'])
  })
})
