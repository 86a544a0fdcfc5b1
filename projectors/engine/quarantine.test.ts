import { describe, expect, test } from '@jest/globals'
import { createInMemoryStores } from '@reprise/adapters/in-memory/stores.in-memory.ts'
import type { RecordedEvent } from '@reprise/core/event.ts'
import { StoreUnavailable } from '@reprise/core/ports/store-failure.ts'
import { retry } from '@reprise/core/projection.ts'
import { cutAtRandom, cutShort, withCheckpointsIn } from '../testing/faults.ts'
import { contentsOf, runInMemory, startInMemory, until } from '../testing/in-memory-run.ts'
import { createOperator } from '../testing/operator.ts'
import { createdPlaylist } from '../testing/playlist-history.ts'
import {
  create,
  curedContents,
  fails,
  firstOfEach,
  inCounts,
  inDocuments,
  inRows,
  quarantinedIn,
  redriveAll,
  withNothingWaiting,
  writeHistory,
} from '../testing/poison.ts'
import { createRandom } from '../testing/random.ts'
import { unwellOf } from './run-all.ts'
import type { AnyDeclaration } from './run-projection.ts'

describe.each([
  ['rows', inRows],
  ['documents', inDocuments],
] as const)('law 10, in %s', (_name, declare) => {
  test.each([1, 2, 3, 4])(
    'k poisoned keys are k quarantined keys and nothing else, however the log is cut (%d)',
    async (seed) => {
      const { log, writer, stores } = create()
      const poisoned = writeHistory(writer, createRandom(seed), 120)
      const poison = { isCured: false }
      const view = declare(poison)
      const run = await startInMemory([view], { log: cutAtRandom(log, createRandom(seed)), stores })
      await run.untilApplied(view)
      expect(quarantinedIn(run)).toEqual(firstOfEach(poisoned))
      expect(unwellOf(run.status())).toBeUndefined()
      const operator = createOperator(log, view)
      const letters = await operator.letters()
      expect(
        letters
          .map(({ groups, offset }) => ({ group: groups[0], offset }))
          .sort((a, b) => (a.group! < b.group! ? -1 : 1)),
      ).toEqual(firstOfEach(poisoned))
      for (const letter of letters) {
        expect(letter).toMatchObject({ attempt: 1, value: null, eventType: 'PlaylistCreated' })
        expect(letter.error).toContain('no antidote')
        expect(letter.stack).toContain('testing/poison.ts')
      }
      await run.close()
      const stopped = new Map(firstOfEach(poisoned).map(({ group, offset }) => [group, offset]))
      for (const content of contentsOf(view, stores)) {
        const id = /list-\d/.exec(content)?.[0] ?? ''
        if (stopped.has(id)) expect(content).not.toContain('poison')
      }
      const cured = (await curedContents(declare, log)).filter(
        (content) => !stopped.has(/list-\d/.exec(content)?.[0] ?? ''),
      )
      for (const content of cured) expect(contentsOf(view, stores)).toContain(content)
    },
  )

  test.each([1, 2, 3])(
    'after the projection was corrected, a redrive ends in the rows of a run without fault (%d)',
    async (seed) => {
      const { log, writer, stores } = create()
      const poison = { isCured: false }
      const view = declare(poison)
      writeHistory(writer, createRandom(seed), 60)
      const first = await startInMemory([view], { log: cutAtRandom(log, createRandom(seed)), stores })
      await first.untilApplied(view)
      await first.close()
      writeHistory(writer, createRandom(seed + 10), 60)
      const again = await startInMemory([view], { log: cutAtRandom(log, createRandom(seed + 1)), stores })
      await again.untilApplied(view)
      const waiting = quarantinedIn(again)
      expect(waiting.length).toBeGreaterThan(2)
      poison.isCured = true
      await redriveAll(again, createOperator(log, view))
      expect(contentsOf(view, stores)).toEqual(await curedContents(declare, log))
      writeHistory(writer, createRandom(seed + 20), 30)
      await again.untilApplied(view)
      await again.close()
      expect(contentsOf(view, stores)).toEqual(await curedContents(declare, log))
    },
  )

  test('a redrive in vain leaves the group where it is, counts the attempt, and says so', async () => {
    const { log, writer, stores } = create()
    const view = declare({ isCured: false })
    const operator = createOperator(log, view)
    const run = await startInMemory([view], { log, stores })
    writer.append('a', createdPlaylist('fine'))
    const { partition, offset } = writer.append('a', createdPlaylist('poison'))
    await run.untilApplied(view)
    for (const attempt of [2, 3]) {
      const request = await operator.ask({ verb: 'redrive', partition, offset })
      await until(async () => (await operator.answerTo(request)) !== undefined)
      expect(await operator.answerTo(request)).toMatchObject({ outcome: 'failed', groups: ['a'] })
      await until(async () => (await operator.letters()).at(-1)?.attempt === attempt)
    }
    expect(quarantinedIn(run)).toEqual([{ group: 'a', offset }])
    await run.close()
  })

  test('a discarded event is left out for ever, by every rebuild of that version', async () => {
    const { log, writer, stores } = create()
    const view = declare({ isCured: false })
    const operator = createOperator(log, view)
    const run = await startInMemory([view], { log, stores })
    writer.append('a', createdPlaylist('before'))
    const first = writer.append('a', createdPlaylist('poison'))
    writer.append('a', createdPlaylist('between'))
    const second = writer.append('a', createdPlaylist('poison again'))
    writer.append('a', createdPlaylist('after'))
    await run.untilApplied(view)
    for (const { partition, offset } of [first, second]) {
      await until(() => quarantinedIn(run)[0]?.offset === offset)
      await operator.ask({ verb: 'discard', partition, offset })
    }
    await withNothingWaiting(run)
    await run.close()
    expect(contentsOf(view, stores)).toHaveLength(1)
    expect(contentsOf(view, stores)[0]).toContain(' before between after')
    const rebuilt = createInMemoryStores()
    await runInMemory(view, { log, stores: rebuilt })
    expect(contentsOf(view, rebuilt)).toEqual(contentsOf(view, stores))
    const corrected = createInMemoryStores()
    await runInMemory(declare({ isCured: true }), { log, stores: corrected })
    expect(contentsOf(view, corrected)).toEqual(contentsOf(view, stores))
  })

  test('a request about nothing that waits is refused', async () => {
    const { log, writer, stores } = create()
    const view = declare({ isCured: false })
    const operator = createOperator(log, view)
    const run = await startInMemory([view], { log, stores })
    const { partition, offset } = writer.append('a', createdPlaylist('fine'))
    await run.untilApplied(view)
    const request = await operator.ask({ verb: 'discard', partition, offset })
    await until(async () => (await operator.answerTo(request))?.outcome === 'refused')
    await run.close()
    const again = createInMemoryStores()
    await runInMemory(view, { log, stores: again })
    expect(contentsOf(view, again)).toEqual(contentsOf(view, stores))
  })

  test('an undecodable record is kept as bytes, and stops the group of its key', async () => {
    const { log, writer, stores } = create()
    const view = declare({ isCured: true })
    const operator = createOperator(log, view)
    const bytes = Buffer.from('nonsense')
    const run = await startInMemory([view], { log, stores })
    writer.append('a', createdPlaylist('before'))
    const bad = writer.append('a', createdPlaylist('bad'), { bytes })
    writer.append('a', createdPlaylist('after'))
    writer.append('b', createdPlaylist('other'))
    await run.untilApplied(view)
    expect(quarantinedIn(run)).toEqual([{ group: 'a', offset: bad.offset }])
    const [letter, ...others] = await operator.letters()
    expect(others).toEqual([])
    expect(letter).toMatchObject({ value: bytes, eventId: bad.meta.eventId })
    await operator.ask({ verb: 'discard', partition: bad.partition, offset: bad.offset })
    await withNothingWaiting(run)
    await run.close()
    expect(contentsOf(view, stores).join()).toContain(' before after')
  })

  test.each([1, 2, 3, 4, 5])(
    'redelivery of a part of the log, with checkpoints lost, ends in the same (%d)',
    async (seed) => {
      const { log, writer, stores } = create()
      const poisoned = writeHistory(writer, createRandom(seed), 80)
      const view = declare({ isCured: false })
      await runInMemory(view, { log, stores })
      const before = contentsOf(view, stores)
      const behind = withCheckpointsIn(stores, createInMemoryStores())
      await runInMemory(view, { log: cutShort(log, 10 + seed), stores: behind })
      const run = await startInMemory([view], { log: cutAtRandom(log, createRandom(seed)), stores: behind })
      await run.untilApplied(view)
      await run.close()
      expect(contentsOf(view, stores)).toEqual(before)
      expect(quarantinedIn(run)).toEqual(firstOfEach(poisoned))
    },
  )
})

describe('law 10', () => {
  test('where the record key is not the key, an unreadable record marks the partition incomplete', async () => {
    const { log, writer, stores } = create()
    const view = inCounts({ isCured: false })
    const operator = createOperator(log, view)
    const run = await startInMemory([view], { log, stores })
    writer.append('a', createdPlaylist('one'))
    const { partition, offset } = writer.append('a', createdPlaylist('bad'), {
      bytes: Buffer.from('nonsense'),
    })
    writer.append('a', createdPlaylist('other'))
    const poison = writer.append('a', createdPlaylist('poison'))
    writer.append('a', createdPlaylist('once'))
    writer.append('a', createdPlaylist('past'))
    await run.untilApplied(view)
    expect(quarantinedIn(run)).toEqual([
      { group: 'p/all', offset: poison.offset },
      { group: `partition@${offset}`, offset },
    ])
    const sums = contentsOf(view, stores).join('\n')
    expect(sums).toContain('[3]')
    const request = await operator.ask({ verb: 'redrive', partition, offset })
    await until(async () => (await operator.answerTo(request))?.outcome === 'refused')
    await operator.ask({ verb: 'discard', partition, offset })
    await until(() => quarantinedIn(run).length === 1)
    await run.close()
  })

  test('a key function that throws stops the key of the record, or marks the partition', async () => {
    const { log, writer, stores } = create()
    const sound = inRows({ isCured: true })
    const view = {
      ...sound,
      name: 'keyless',
      key: (event: RecordedEvent) => {
        if (fails(event)) throw new Error('no key')
        return { playlistId: event.meta.streamId }
      },
    }
    const run = await startInMemory([view], { log, stores })
    writer.append('a', createdPlaylist('one'))
    const { offset } = writer.append('a', createdPlaylist('poison'))
    writer.append('a', createdPlaylist('two'))
    await run.untilApplied(view)
    await run.close()
    expect(quarantinedIn(run)).toEqual([{ group: `partition@${offset}`, offset }])
    expect(contentsOf(view as AnyDeclaration, stores).join()).toContain(' one two')
  })

  test('a store that is down makes no dead letter', async () => {
    const { log, writer, stores } = create()
    const view = inRows({ isCured: true })
    let isDown = true
    const rows = {
      ...stores.rows,
      writeTogether: async (...args: Parameters<typeof stores.rows.writeTogether>) => {
        if (isDown) throw new StoreUnavailable('down')
        await stores.rows.writeTogether(...args)
      },
    }
    const run = await startInMemory([view], { log, stores: { ...stores, rows } })
    writer.append('a', createdPlaylist('one'))
    await until(() => unwellOf(run.status())?.includes('down') === true)
    await new Promise((go) => setTimeout(go, 200))
    isDown = false
    await run.untilApplied(view)
    await run.close()
    expect(await createOperator(log, view).letters()).toEqual([])
  })

  test('past 1,000 groups of a partition the projection stops with words', async () => {
    const { log, writer, stores } = create()
    const view = inRows({ isCured: false })
    const run = await startInMemory([view], { log, stores })
    for (let at = 0; at < 2_200; at++) writer.append(`list-${at}`, createdPlaylist('poison'))
    await until(() => unwellOf(run.status())?.includes('stopped') === true)
    expect(unwellOf(run.status())).toMatch(/more than 1000 groups of one partition can't be applied/)
    await run.close()
  })

  test('a projection may try an event again instead, and holds up its partition meanwhile', async () => {
    const { log, writer, stores } = create()
    const poison = { isCured: false }
    const view = { ...inRows(poison), onFailure: retry() }
    const run = await startInMemory([view], { log, stores })
    writer.append('a', createdPlaylist('poison'))
    await until(() => unwellOf(run.status())?.includes('no antidote') === true)
    poison.isCured = true
    await run.untilApplied(view)
    await until(() => unwellOf(run.status()) === undefined)
    await run.close()
    expect(await createOperator(log, view).letters()).toEqual([])
  })
})
