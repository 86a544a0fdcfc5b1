import { beforeAll, describe, expect, test } from '@jest/globals'
import { createInMemoryLog, type InMemoryLog } from '@reprise/adapters/in-memory/log.in-memory.ts'
import type { AnyProjection } from '@reprise/core/projection.ts'
import { findProjections } from './engine/find-projections.ts'
import { createHold, cutAtRandom, cutShort, withCheckpointsIn, withoutGroups } from './testing/faults.ts'
import { createHistoryWriter } from './testing/history-writer.ts'
import { contentsOf, createStores, runInMemory, startInMemory, until } from './testing/in-memory-run.ts'
import { recordedAround, writePlaybackHistory } from './testing/playback-history.ts'
import { writePlaylistHistory } from './testing/playlist-history.ts'
import { createRandom } from './testing/random.ts'

const partitions = 3
const projections = await findProjections(new URL('.', import.meta.url))

const createLog = () => createInMemoryLog({ partitions, now: () => recordedAround })

/** The same history for every projection of a topic; `noise` is what readers must skip. */
const writeHistory = (log: InMemoryLog, { from }: AnyProjection, events: number, noise = true) => {
  const writer = createHistoryWriter(log, from, partitions)
  const write = from === 'playlist-events' ? writePlaylistHistory : writePlaybackHistory
  write(writer, createRandom(7), { events, noise })
}

test('projections are found by themselves', () => {
  expect(projections.map(({ name }) => name).sort()).toEqual([
    'listening-history',
    'playlist-details',
    'playlist-search',
    'playlist-tracks',
    'song-counts',
  ])
})

describe.each(projections.map((projection) => [projection.name, projection] as const))(
  '%s',
  (_name, projection) => {
    let log: InMemoryLog
    let expected: readonly string[]

    beforeAll(async () => {
      log = createLog()
      writeHistory(log, projection, 250)
      const stores = createStores()
      await runInMemory(projection, { log, stores })
      expected = contentsOf(projection, stores)
      expect(expected.length).toBeGreaterThan(3)
    })

    test.each([1, 2, 3, 4])('any cutting into batches gives the same rows (%d)', async (seed) => {
      const stores = createStores()
      await runInMemory(projection, { log: cutAtRandom(log, createRandom(seed)), stores })
      expect(contentsOf(projection, stores)).toEqual(expected)
    })

    test.each([1, 17, 40, 1_000])(
      'redelivery of the first %d records changes nothing',
      async (recordsMax) => {
        const stores = createStores()
        await runInMemory(projection, { log, stores })
        const again = withCheckpointsIn(stores, createStores())
        const random = createRandom(recordsMax)
        await runInMemory(projection, { log: cutAtRandom(cutShort(log, recordsMax), random), stores: again })
        expect(contentsOf(projection, stores)).toEqual(expected)
      },
    )

    test('a rebuild equals live', async () => {
      const live = createLog()
      const stores = createStores()
      const run = await startInMemory([projection], { log: live, stores })
      writeHistory(live, projection, 120)
      await run.untilApplied(projection)
      await run.close()
      const rebuilt = createStores()
      await runInMemory(projection, { log: live, stores: rebuilt })
      expect(contentsOf(projection, rebuilt)).toEqual(contentsOf(projection, stores))
    })

    test('it goes on where it was killed', async () => {
      const stores = createStores()
      for (const recordsMax of [5, 6, 30, 1_000])
        await runInMemory(projection, { log: cutShort(log, recordsMax), stores })
      expect(contentsOf(projection, stores)).toEqual(expected)
    })

    test('superseded and duplicate records change nothing', async () => {
      const clean = createLog()
      writeHistory(clean, projection, 250, false)
      const noisy = createLog()
      writeHistory(noisy, projection, 250, true)
      const [first, second] = [createStores(), createStores()]
      await runInMemory(projection, { log: clean, stores: first })
      await runInMemory(projection, { log: noisy, stores: second })
      const [one, other] = [valuesOf(contentsOf(projection, first)), valuesOf(contentsOf(projection, second))]
      expect(other).toEqual(one)
    })

    test.each([1, 2, 3])('two projectors at once, one a zombie, end in the same rows (%d)', async (seed) => {
      const stores = createStores()
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
      const stores = createStores()
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

    if (projection.store.kind !== 'document')
      test.each([1, 2, 3, 4])(
        'a store that loses its tail, checkpoint included, is filled again (%d)',
        async (seed) => {
          const stores = createStores()
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

/** What rows say without their place in the log: noise moves the places of all that follows it. */
const valuesOf = (contents: readonly string[]): readonly string[] =>
  contents.map((text) => text.replaceAll(/"position_",\d+|"position_":\d+/g, '"position_"')).sort()
