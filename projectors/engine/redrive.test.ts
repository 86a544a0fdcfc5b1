import { describe, expect, test } from '@jest/globals'
import { createHold, cutAtRandom, withoutGroups } from '../testing/faults.ts'
import { contentsOf, runInMemory, startInMemory } from '../testing/in-memory-run.ts'
import { createOperator } from '../testing/operator.ts'
import { createdPlaylist } from '../testing/playlist-history.ts'
import { create, curedContents, inRows, withNothingWaiting, writeHistory } from '../testing/poison.ts'
import { createRandom } from '../testing/random.ts'

describe('law 10', () => {
  test('a request that was made while no projector ran is carried out at the next start', async () => {
    const { log, writer, stores } = create()
    const poison = { isCured: false }
    const view = inRows(poison)
    const { partition, offset } = writer.append('a', createdPlaylist('poison'))
    await runInMemory(view, { log, stores })
    poison.isCured = true
    await createOperator(log, view).ask({ verb: 'redrive', partition, offset })
    const run = await startInMemory([view], { log, stores })
    await run.untilApplied(view)
    await withNothingWaiting(run)
    await run.close()
    expect(contentsOf(view, stores)).toEqual(await curedContents(inRows, log))
  })

  test.each([1, 2, 3, 4, 5, 6])(
    'a redrive that the store lost with its tail is done again (%d)',
    async (seed) => {
      const { log, writer, stores } = create()
      const random = createRandom(seed)
      const poison = { isCured: false }
      const view = inRows(poison)
      const run = await startInMemory([view], { log: cutAtRandom(log, random), stores })
      writeHistory(writer, random, 60)
      await run.untilApplied(view)
      poison.isCured = true
      stores.rows.mark()
      const operator = createOperator(log, view)
      for (const { partition, offset } of await operator.letters())
        await operator.ask({ verb: 'redrive', partition, offset })
      await new Promise((go) => setTimeout(go, random.below(12)))
      if (random.chance(0.5)) stores.rows.failNext(random.below(8))
      stores.rows.loseTail()
      await new Promise((go) => setTimeout(go, random.below(12)))
      if (random.chance(0.5)) stores.rows.failNext(random.below(8))
      stores.rows.loseTail()
      writeHistory(writer, random, 10)
      await run.untilApplied(view)
      await withNothingWaiting(run)
      await run.close()
      expect(contentsOf(view, stores)).toEqual(await curedContents(inRows, log))
    },
  )

  test.each([1, 2, 3])(
    'a partition that goes to another projector takes its quarantine along (%d)',
    async (seed) => {
      const { log, writer, stores } = create()
      const poison = { isCured: false }
      const view = inRows(poison)
      const first = await startInMemory([view], { log, stores })
      writeHistory(writer, createRandom(seed), 60)
      await first.untilApplied(view)
      poison.isCured = true
      const operator = createOperator(log, view)
      for (const { partition, offset } of await operator.letters())
        await operator.ask({ verb: 'redrive', partition, offset })
      const second = await startInMemory([view], { log, stores })
      await first.close()
      await second.untilApplied(view)
      await withNothingWaiting(second)
      await second.close()
      expect(contentsOf(view, stores)).toEqual(await curedContents(inRows, log))
    },
  )

  test('what one of two projectors has redriven that have the partition both, the other lets go too', async () => {
    const { log, writer, stores } = create()
    const poison = { isCured: false }
    const view = inRows(poison)
    const slow = createHold(stores)
    const alone = withoutGroups(log)
    const first = await startInMemory([view], { log: alone, stores })
    const second = await startInMemory([view], { log: alone, stores: slow.stores })
    const { partition, offset } = writer.append('a', createdPlaylist('poison'))
    await Promise.all([first.untilApplied(view), second.untilApplied(view)])
    slow.hold()
    writer.append('a', createdPlaylist('next'))
    await first.untilApplied(view)
    poison.isCured = true
    const operator = createOperator(log, view)
    const request = await operator.ask({ verb: 'redrive', partition, offset })
    await withNothingWaiting(first)
    expect((await operator.answerTo(request))?.outcome).toBe('redriven')
    slow.release()
    await withNothingWaiting(second)
    writer.append('a', createdPlaylist('last'))
    await Promise.all([first.untilApplied(view), second.untilApplied(view)])
    await Promise.all([first.close(), second.close()])
    expect(contentsOf(view, stores)).toEqual(await curedContents(inRows, log))
  })
})
