import { beforeAll, describe, expect, test } from '@jest/globals'
import { createInMemoryLog, type InMemoryLog } from '@reprise/adapters/in-memory/log.in-memory.ts'
import { createInMemoryStores } from '@reprise/adapters/in-memory/stores.in-memory.ts'
import { stop } from '@reprise/core/projection.ts'
import { partitionCountOf } from '@reprise/schemas/topics.ts'
import { findProjections, projectionsFolder } from './engine/find-projections.ts'
import type { AnyDeclaration } from './engine/run-projection.ts'
import {
  createHold,
  createRefusing,
  cutAtRandom,
  cutShort,
  withCheckpointsIn,
  withoutGroups,
} from './testing/faults.ts'
import {
  type InMemoryRun,
  contentsOf,
  indexOf,
  runInMemory,
  startInMemory,
  tableOf,
  until,
} from './testing/in-memory-run.ts'
import { recordedAround } from './testing/playback-history.ts'
import { createRandom } from './testing/random.ts'
import { sentAsRows } from './testing/sent-as-rows.ts'
import { strictly } from './testing/strictly.ts'
import { writeTopicHistory } from './testing/topic-history.ts'

const partitions = 3
// Of an effect it is what it would send; that it is sent once is in engine/effect-view.test.ts.
const projections = (await findProjections(projectionsFolder)).map((declared) =>
  'show' in declared ? declared : strictly(sentAsRows(declared)),
)

const createLog = () => createInMemoryLog({ partitions, now: () => recordedAround })

/** The same history for every projection of a topic; `noise` is what readers must skip. */
const writeHistory = (log: InMemoryLog, { from }: AnyDeclaration, events: number, noise = true, seed = 7) =>
  writeTopicHistory(log, { topic: from, partitions, random: createRandom(seed), events, noise })

test('projections are found by themselves', () =>
  expect(projections.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['catalogue', 'likes', 'listening-history', 'playlist-tracks', 'song-counts']),
  ))

describe.each(projections.map((projection) => [projection.name, projection] as const))(
  '%s',
  (_name, projection) => {
    let log: InMemoryLog
    let expected: readonly string[]

    beforeAll(async () => {
      log = createLog()
      writeHistory(log, projection, 250)
      const stores = createInMemoryStores()
      // What a handler throws fails here, with its words. Later on its key would wait, and the rest look well.
      await runInMemory({ ...projection, onFailure: stop() }, { log, stores })
      expected = contentsOf(projection, stores)
      expect(expected.length).toBeGreaterThan(0)
    })

    test.each([1, 2, 3, 4])('any cutting into batches gives the same rows (%d)', async (seed) => {
      const stores = createInMemoryStores()
      await runInMemory(projection, { log: cutAtRandom(log, createRandom(seed)), stores })
      expect(contentsOf(projection, stores)).toEqual(expected)
    })

    test.each([
      { seed: 1, msNear: 0, msCheckpoint: 0 },
      { seed: 2, msNear: 0, msCheckpoint: 3 },
      { seed: 3, msNear: 2, msCheckpoint: 0 },
      { seed: 4, msNear: 2, msCheckpoint: 3 },
    ])(
      'gathering batches gives the same rows, whatever fails meanwhile ($seed)',
      async ({ seed, ...beats }) => {
        const random = createRandom(seed)
        const stores = createInMemoryStores()
        const gathering = { behindMin: 1, recordsMax: 10 + random.below(90), msMax: 10_000, ...beats }
        const cut = cutAtRandom(log, random)
        const { refuse, refused, isForGood, stores: refusing } = createRefusing(stores, viewOf(projection))
        const twice = () => ({ after: random.below(2), times: 2 })
        // All processes but the last one end while something is refused.
        for (const refusals of [
          { rows: { after: 0, times: Infinity } },
          { checkpoints: { after: 0, times: Infinity } },
          { rows: { after: 1 + random.below(3), times: Infinity } },
          { rows: twice(), checkpoints: twice(), reads: twice() },
        ]) {
          refuse(refusals)
          const options = { log: cut, stores: refusing, gathering, isAlone: true }
          const run = await startInMemory([projection], options)
          const isApplied = await appliedIn([run], log, projection)
          await until(
            () => isForGood() || isApplied(),
            () => JSON.stringify(run.status()),
          )
          await run.close()
        }
        expect(contentsOf(projection, stores)).toEqual(expected)
        for (const kind of ['rows', 'checkpoints'] as const) expect(refused[kind]).toBeGreaterThan(0)
      },
    )

    test.each([1, 17, 40, 1_000])(
      'redelivery of the first %d records changes nothing',
      async (recordsMax) => {
        const stores = createInMemoryStores()
        await runInMemory(projection, { log, stores })
        const again = withCheckpointsIn(stores, createInMemoryStores())
        const random = createRandom(recordsMax)
        await runInMemory(projection, { log: cutAtRandom(cutShort(log, recordsMax), random), stores: again })
        expect(contentsOf(projection, stores)).toEqual(expected)
      },
    )

    test.each([1, 8, 25, 60])(
      'redelivery of all but the first %d records changes nothing',
      async (recordsMax) => {
        const stores = createInMemoryStores()
        const elsewhere = createInMemoryStores()
        const behind = withCheckpointsIn(stores, elsewhere)
        await runInMemory(projection, { log: cutShort(log, recordsMax), stores: behind })
        await runInMemory(projection, { log, stores })
        await runInMemory(projection, { log: cutAtRandom(log, createRandom(recordsMax)), stores: behind })
        expect(contentsOf(projection, stores)).toEqual(expected)
      },
    )

    test('a rebuild equals live', async () => {
      const live = createLog()
      const stores = createInMemoryStores()
      const run = await startInMemory([projection], { log: live, stores })
      writeHistory(live, projection, 120)
      await run.untilApplied(projection)
      await run.close()
      const rebuilt = createInMemoryStores()
      await runInMemory(projection, { log: live, stores: rebuilt })
      expect(contentsOf(projection, rebuilt)).toEqual(contentsOf(projection, stores))
    })

    test('it goes on where it was killed', async () => {
      const stores = createInMemoryStores()
      for (const recordsMax of [5, 6, 30, 1_000])
        await runInMemory(projection, { log: cutShort(log, recordsMax), stores })
      expect(contentsOf(projection, stores)).toEqual(expected)
    })

    test('superseded and duplicate records change nothing', async () => {
      const clean = createLog()
      writeHistory(clean, projection, 250, false)
      const noisy = createLog()
      writeHistory(noisy, projection, 250, true)
      const [first, second] = [createInMemoryStores(), createInMemoryStores()]
      await runInMemory(projection, { log: clean, stores: first })
      await runInMemory(projection, { log: noisy, stores: second })
      const [one, other] = [valuesOf(contentsOf(projection, first)), valuesOf(contentsOf(projection, second))]
      expect(other).toEqual(one)
    })

    test.each([1, 2, 3])('two projectors at once, one a zombie, end in the same rows (%d)', async (seed) => {
      const stores = createInMemoryStores()
      const random = createRandom(seed)
      const zombie = createHold(stores)
      const alone = withoutGroups(log)
      const first = await startInMemory([projection], {
        log: cutAtRandom(alone, random),
        stores: zombie.stores,
      })
      await new Promise((go) => setTimeout(go, random.below(15)))
      zombie.hold()
      await runInMemory(projection, { log: cutAtRandom(alone, createRandom(seed + 100)), stores })
      zombie.release()
      await first.untilApplied(projection)
      await first.close()
      expect(contentsOf(projection, stores)).toEqual(expected)
    })

    test('a store that fails now and then delays it and changes nothing', async () => {
      const stores = createInMemoryStores()
      const run = await startInMemory([projection], { log: cutAtRandom(log, createRandom(5)), stores })
      for (let times = 0; times < 5; times++) {
        stores.rows.failNext(2)
        stores.documents.failNext(2)
        await new Promise((go) => setTimeout(go, 5))
      }
      await run.untilApplied(projection)
      await run.close()
      expect(contentsOf(projection, stores)).toEqual(expected)
    })

    test('partitions go to another projector and come back', async () => {
      const stores = createInMemoryStores()
      const live = createLog()
      const write = createWrites(live, projection)
      const first = await startInMemory([projection], { log: live, stores })
      write(40)
      await first.untilApplied(projection)
      const second = await startInMemory([projection], { log: live, stores })
      write(40)
      await until(await appliedIn([first, second], live, projection))
      await second.close()
      write(40)
      await first.untilApplied(projection)
      await first.close()
      const rebuilt = createInMemoryStores()
      await runInMemory(projection, { log: live, stores: rebuilt })
      expect(contentsOf(projection, stores)).toEqual(contentsOf(projection, rebuilt))
    })

    if (projection.store.kind === 'document') return

    test('what a store lost in a crash is written again', async () => {
      const stores = createInMemoryStores()
      const live = createLog()
      const write = createWrites(live, projection)
      const run = await startInMemory([projection], { log: live, stores })
      write(40)
      await run.untilApplied(projection)
      stores.rows.mark()
      write(40)
      await run.untilApplied(projection)
      stores.rows.loseTail()
      stores.rows.failNext(5)
      write(40)
      await run.untilApplied(projection)
      await run.close()
      const rebuilt = createInMemoryStores()
      await runInMemory(projection, { log: live, stores: rebuilt })
      expect(contentsOf(projection, stores)).toEqual(contentsOf(projection, rebuilt))
    })

    test.each([1, 2, 3, 4])(
      'a store that loses its tail, checkpoint included, is filled again (%d)',
      async (seed) => {
        const stores = createInMemoryStores()
        const random = createRandom(seed)
        const run = await startInMemory([projection], { log: cutAtRandom(log, random), stores })
        for (let times = 0; times < 4; times++) {
          await new Promise((go) => setTimeout(go, random.below(6)))
          stores.rows.mark()
          await new Promise((go) => setTimeout(go, random.below(10)))
          stores.rows.loseTail()
        }
        await run.untilApplied(projection)
        // The loss after everything was applied: progress falls back, and comes again.
        const before = run.published.length
        stores.rows.loseTail()
        await until(() => run.published.length > before)
        await run.untilApplied(projection)
        await run.close()
        expect(contentsOf(projection, stores)).toEqual(expected)
      },
    )
  },
)

/** Goes on writing one history, so many events at a time. */
const createWrites = (log: InMemoryLog, projection: AnyDeclaration) => {
  const { from } = projection
  const whole = createLog()
  writeHistory(whole, projection, 150, true, 11)
  const count = partitionCountOf(from, partitions)
  const left = Array.from({ length: count }, (_, partition) => [...whole.recordsOf(from, partition)])
  return (events: number) => {
    for (const [partition, records] of left.entries())
      for (const { key, value, eventId, eventType, previous } of records.splice(
        0,
        Math.ceil(events / count),
      )) {
        const headers = { ce_id: eventId, ce_type: eventType, ...(previous !== undefined && { previous }) }
        log.appendAsStranger(from, [{ partition, key, value, headers }])
      }
  }
}

/** Whether every partition was applied to its end as it stands now, by any of these. */
const appliedIn = async (runs: readonly InMemoryRun[], log: InMemoryLog, { name, from }: AnyDeclaration) => {
  const ends = await log.endOffsets(from)
  const isThere = (end: number, partition: number) =>
    runs.some(({ published }) =>
      published.some(
        (progress) =>
          progress.projection === name && progress.partition === partition && progress.watermark === end,
      ),
    )
  return () => ends.every(isThere)
}

const viewOf = (projection: AnyDeclaration) =>
  (projection.store.kind === 'document' ? indexOf(projection) : tableOf(projection)).name

/** What rows say without their place in the log: noise moves the places of all that follows it. */
const valuesOf = (contents: readonly string[]): readonly string[] =>
  contents.map((text) => text.replaceAll(/"position_",\d+|"position_":\d+/g, '"position_"')).sort()
