import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { quiet } from '@reprise/core/quiet-logger.ts'
import { createStoring } from './storing.ts'

/** A partition's writer, of which so much waits; storing it ends when the test says so. */
const createWriter = (waits: { records?: number; answerBytes?: number; stateBytes?: number } = {}) => {
  const ends: (() => void)[] = []
  let isReady = true
  return {
    unstored: { records: 0, answerBytes: 0, stateBytes: 0, ...waits },
    isReady: () => isReady,
    isBehind: () => {
      isReady = false
    },
    store: () => new Promise<void>((resolve) => ends.push(resolve)),
    underWay: () => ends.length,
    end: () => ends.splice(0).forEach((end) => end()),
  }
}
type Writer = ReturnType<typeof createWriter>

const storingOf = (...writers: readonly Writer[]) =>
  createStoring({ writers: () => writers, logger: quiet, topic: 'playlist-events' })

describe('storing the partitions of a process', () => {
  beforeEach(() => void jest.useFakeTimers())
  afterEach(() => void jest.useRealTimers())
  const settled = () => jest.advanceTimersByTimeAsync(0)

  test('no partition is stored twice at once, nor two side by side, whoever asks', async () => {
    const [a, b] = [createWriter({ records: 300_000 }), createWriter({ records: 250_000 })]
    const storing = storingOf(a, b)
    const first = storing.storeNow(a)
    const second = storing.storeNow(b)
    storing.storeIfDue()
    await settled()
    expect([a.underWay(), b.underWay()]).toEqual([1, 0])
    a.unstored.records = 0
    a.end()
    await settled()
    expect([a.underWay(), b.underWay()]).toEqual([0, 1])
    b.unstored.records = 0
    b.end()
    await Promise.all([first, second])
  })

  test.each([
    ['records', { records: 2_000_000 }],
    ['bytes of answers', { records: 1, answerBytes: 2 ** 30 }],
    ['bytes of states', { records: 1, stateBytes: 2 ** 30 }],
  ])('too many %s and nothing more is taken, though no store has failed', (_what, waits) => {
    const writer = createWriter(waits)
    const storing = storingOf(writer)
    expect(storing.overfull()).toBe(
      `${writer.unstored.records} records wait for the store of states (it is slower than the commands, or away)`,
    )
    writer.isBehind()
    jest.advanceTimersByTime(20)
    expect(storing.overfull()).toBeUndefined()
  })

  test('closing does not wait for a store that hangs', async () => {
    const writer = createWriter({ records: 60_000 })
    const storing = storingOf(writer)
    storing.storeIfDue()
    const closed = storing.close()
    await jest.advanceTimersByTimeAsync(5_000)
    await closed
    expect(writer.underWay()).toBe(1)
  })
})
