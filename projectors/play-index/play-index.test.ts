import { describe, expect, test } from '@jest/globals'
import { createInMemoryLog } from '@reprise/adapters/in-memory/log.in-memory.ts'
import { createInMemoryRowStore } from '@reprise/adapters/in-memory/row-store.in-memory.ts'
import type { RecordedEvent } from '@reprise/core/event.ts'
import { quiet } from '@reprise/core/quiet-logger.ts'
import { defaultGathering, type Gathering } from '../engine/gathering.ts'
import { codec } from '../testing/codec.ts'
import { createHistoryWriter } from '../testing/history-writer.ts'
import { until } from '../testing/in-memory-run.ts'
import { playOf } from '../testing/playback-history.ts'
import { createRandom, type Random } from '../testing/random.ts'
import { cutAtRandom } from '../testing/faults.ts'
import { startPlayIndex, type PlayIndex } from './play-index.ts'
import { playIndexTable } from './play-index-layout.ts'
import { createPlayMemory } from './play-memory.ts'

const partitions = 3
const minute = 60_000
const day = 1_440 * minute
/** So little that tables are dropped all the time. */
const memoryBytes = 24_576

/** Plays and copies of them, up to 30 days later, while the log's time goes on; with the verdicts of a naive reader. */
const createHistory = (random: Random) => {
  let now = Date.UTC(2026, 10, 1)
  const log = createInMemoryLog({ partitions, now: () => now })
  const writer = createHistoryWriter(log, 'playback-events', partitions)
  const sent: { readonly user: string; readonly data: ReturnType<typeof playOf> }[] = []
  const seen = new Set<string>()
  const firsts = new Map<RecordedEvent, boolean>()
  let count = 0

  const passTime = () => {
    const stride = random.pick([0, 0, 500, 5_000, minute, 10 * minute, day])
    now += random.below(stride + 1)
  }
  /** Fresh ones end in the last ten minutes or up to one ahead; others were kept by a device for up to 30 days. */
  const endOf = () =>
    random.chance(0.7) ? now + minute - random.below(11 * minute) : now - random.below(30 * day)
  const newPlay = () => {
    const msPlayed = random.below(4 * minute)
    const user = `user-${random.below(12)}`
    return { user, data: playOf(`play-${count++}`, { startedAt: endOf() - msPlayed, msPlayed }) }
  }
  const write = () => {
    passTime()
    const again = sent.length > 0 && random.chance(0.3)
    // Mostly a copy of something recent.
    const at = random.chance(0.7)
      ? Math.max(0, sent.length - 1 - random.below(20))
      : random.below(sent.length)
    const play = (again ? sent[at] : undefined) ?? newPlay()
    sent.push(play)
    const event = writer.append(play.user, { type: 'TrackPlayed', data: play.data })
    firsts.set(event, !seen.has(play.data.identity))
    seen.add(play.data.identity)
  }
  return { log, write, firsts }
}

type History = ReturnType<typeof createHistory>

/** Asks for the verdicts on everything, partition by partition, in pieces cut at random. */
const verdictsOf = async (index: PlayIndex, { firsts }: History, random: Random) => {
  const given = new Set<RecordedEvent>()
  for (let partition = 0; partition < partitions; partition++) {
    const events = [...firsts.keys()].filter((event) => event.partition === partition)
    for (let at = 0; at < events.length;) {
      const size = 1 + random.below(50)
      for (const event of await index.verdicts(events.slice(at, at + size), () => true)) given.add(event)
      at += size
    }
  }
  return [...firsts.keys()].map((event) => given.has(event))
}

const start = (history: History, random: Random, gathering?: Gathering) => {
  const store = createInMemoryRowStore()
  const discarded = new Set<string>()
  const discard = (partition: number, records: readonly { readonly offset: number }[]) => {
    if (random.chance(0.05)) return Promise.reject(new Error('the log does not answer'))
    for (const { offset } of records) discarded.add(`${partition}/${offset}`)
    return Promise.resolve()
  }
  const log = cutAtRandom(history.log, random)
  const watermarks = new Map<number, number>()
  const onApplied = (partition: number, watermark: number) => void watermarks.set(partition, watermark)
  const memory = () => createPlayMemory(memoryBytes)
  const open = () =>
    startPlayIndex({ log, codec, logger: quiet, store, discard, memory: memory(), onApplied, gathering })
  const stored = () => [...watermarks.values()].reduce((sum, watermark) => sum + watermark, 0)
  return { store, discarded, open, stored }
}

const expectedOf = ({ firsts }: History) => ({
  verdicts: [...firsts.values()],
  duplicates: [...firsts]
    .filter(([, isFirst]) => !isFirst)
    .map(([{ partition, offset }]) => `${partition}/${offset}`)
    .sort(),
})

describe('each play counts once, as a naive reader of the whole log says', () => {
  test.each(Array.from({ length: 6 }, (_, seed) => seed))(
    'whatever happens to those who decide (seed %d)',
    async (seed) => {
      const random = createRandom(seed)
      const history = createHistory(random)
      const { store, discarded, open } = start(history, random)
      const indexes = [open()]
      history.write()
      await until(() => indexes[0]?.counts().decided === 1)
      store.mark()
      for (let step = 0; step < 25; step++) {
        for (let writes = random.below(40); writes > 0; writes--) history.write()
        await new Promise((go) => setTimeout(go, random.below(4)))
        const event = random.below(10)
        if (event === 0) store.mark()
        if (event === 1) store.loseTail()
        if (event === 2) store.failNext(1 + random.below(5))
        if (event === 3 && indexes.length < 3) indexes.push(open())
        if (event === 4) await indexes.shift()?.close()
        if (indexes.length === 0) indexes.push(open())
      }
      store.failNext(0)
      const expected = expectedOf(history)
      for (const index of indexes) expect(await verdictsOf(index, history, random)).toEqual(expected.verdicts)
      await until(() => discarded.size === expected.duplicates.length)
      expect([...discarded].sort()).toEqual(expected.duplicates)
      for (const index of indexes) await index.close()
    },
  )

  test('no checkpoint passes rows that were lost meanwhile, though nobody noticed', async () => {
    const random = createRandom(97)
    const history = createHistory(random)
    history.write()
    const { store, open, stored } = start(history, random, { ...defaultGathering, behindMin: 0, msMax: 200 })
    const index = open()
    await until(() => stored() === 1)
    store.mark()
    history.write()
    await until(() => index.counts().decided === 2)
    store.loseTailUnnoticed()
    await until(() => stored() === 2)
    await index.close()
    expect(expectedOf(history).verdicts).toEqual([true, true])
    expect(store.rowsOf(playIndexTable)).toHaveLength(2)
  })

  test('a later process gives the same verdicts from what is stored', async () => {
    const random = createRandom(99)
    const history = createHistory(random)
    for (let count = 0; count < 800; count++) history.write()
    const { open, stored } = start(history, random)
    const first = open()
    const expected = expectedOf(history).verdicts
    expect(await verdictsOf(first, history, random)).toEqual(expected)
    // A verdict is given before it is stored.
    await until(() => stored() === expected.length)
    await first.close()
    const second = open()
    expect(await verdictsOf(second, history, random)).toEqual(expected)
    expect(second.counts().decided).toBe(0)
    await second.close()
  })
})

test('who has read everything decides without a look-up, but for copies', async () => {
  const random = createRandom(5)
  const history = createHistory(random)
  for (let count = 0; count < 1_000; count++) history.write()
  const { store } = start(history, random)
  const index = startPlayIndex({
    log: history.log,
    codec,
    logger: quiet,
    store,
    discard: () => Promise.resolve(),
  })
  await verdictsOf(index, history, random)
  const { decided, duplicates, lookedUp } = index.counts()
  expect(decided).toBe(1_000)
  expect(lookedUp).toBeLessThanOrEqual(duplicates + 5)
  await index.close()
})

test('a later process reads the last minutes of the log again, and then decides in memory', async () => {
  const random = createRandom(7)
  const history = createHistory(random)
  for (let count = 0; count < 500; count++) history.write()
  const { store } = start(history, random)
  const applied = new Map<number, number>()
  const open = () =>
    startPlayIndex({
      log: history.log,
      codec,
      logger: quiet,
      store,
      discard: () => Promise.resolve(),
      onApplied: (partition, watermark) => applied.set(partition, watermark),
    })
  const first = open()
  await until(() => [...applied.values()].reduce((sum, watermark) => sum + watermark, 0) === 500)
  await first.close()
  const second = open()
  /** How many more plays of the next fifty were looked up than turned out to be copies. */
  const needlessly = async () => {
    for (let written = 0; written < 50; written++) history.write()
    const before = second.counts()
    await until(() => second.counts().decided === before.decided + 50)
    const after = second.counts()
    return after.lookedUp - before.lookedUp - (after.duplicates - before.duplicates)
  }
  await until(async () => (await needlessly()) <= 0)
  expect(await needlessly()).toBeLessThanOrEqual(1)
  expect(await verdictsOf(second, history, random)).toEqual(expectedOf(history).verdicts)
  await second.close()
})

test('the memory is told where reading goes on by who reads, not whenever somebody asks where a partition stands', async () => {
  const log = createInMemoryLog({ partitions: 1 })
  const writer = createHistoryWriter(log, 'playback-events', 1)
  const store = createInMemoryRowStore()
  const memory = createPlayMemory()
  const told: string[] = []
  const index = startPlayIndex({
    log,
    codec,
    logger: quiet,
    store,
    discard: () => Promise.resolve(),
    memory: {
      ...memory,
      resume: (partition, offset) => {
        told.push(`from ${offset}`)
        memory.resume(partition, offset)
      },
      advance: (partition, offset) => {
        told.push(`to ${offset}`)
        memory.advance(partition, offset)
      },
    },
  })
  await until(() => told.length === 1)
  store.failNext(1)
  writer.append('ann', { type: 'TrackPlayed', data: playOf('one') })
  await until(() => store.rowsOf(playIndexTable).length === 1)
  await index.close()
  // The store was down: the play is stored again, and the partition's place compared before.
  expect(told).toEqual(['from 0', 'to 1'])
})
