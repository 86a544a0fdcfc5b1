import { beforeEach, expect, test } from '@jest/globals'
import { createInMemoryLog, type InMemoryLog } from '@reprise/adapters/in-memory/log.in-memory.ts'
import { createInMemoryStores } from '@reprise/adapters/in-memory/stores.in-memory.ts'
import { documentLayoutOf } from '@reprise/core/layout/document-layout.ts'
import { IndexReplaced } from '@reprise/core/ports/document-store.port.ts'
import { StoreUnavailable } from '@reprise/core/ports/store-failure.ts'
import { generationOf } from '../testing/generations.ts'
import { createHold } from '../testing/faults.ts'
import { createHistoryWriter } from '../testing/history-writer.ts'
import { runInMemory, startInMemory, until, type InMemoryRun } from '../testing/in-memory-run.ts'
import { createdPlaylist, writePlaylistHistory } from '../testing/playlist-history.ts'
import { createRandom } from '../testing/random.ts'
import { createDocumentCheckpoints } from './checkpoints.ts'
import { createPromotion } from './promotion.ts'
import { unwellOf } from './run-all.ts'

const partitions = 3
const [first, second] = [generationOf(1), generationOf(2)]
const { index: firstIndex } = documentLayoutOf(first)
const { index: secondIndex } = documentLayoutOf(second)

let log: InMemoryLog
let writer: ReturnType<typeof createHistoryWriter>
let stores: ReturnType<typeof createInMemoryStores>
const isLive = (index: typeof firstIndex) => stores.documents.isLive(index)
const write = (id: string) => writer.append(id, createdPlaylist(id))
const seen = (id: string) =>
  stores.documents.live.get(firstIndex, [id]).then((documents) => documents.has(id))
const untilStopped = (run: InMemoryRun) =>
  until(() => run.status().some(({ name, state }) => name.startsWith('projection') && state === 'stopped'))

beforeEach(async () => {
  log = createInMemoryLog({ partitions })
  writer = createHistoryWriter(log, 'playlist-events', partitions)
  stores = createInMemoryStores()
  writePlaylistHistory(writer, createRandom(3), { events: 90 })
  await runInMemory(first, { log, stores })
})

test('what fills beside the live one is neither read nor told of before it has all; then all of it is', async () => {
  const hold = createHold(stores)
  hold.hold()
  const run = await startInMemory([second], { log, stores: hold.stores })
  write('late')
  await new Promise((go) => setTimeout(go, 50))
  expect(run.published).toEqual([])
  expect(await isLive(firstIndex)).toBe(true)
  hold.release()
  await run.untilApplied(second)
  expect(await isLive(secondIndex)).toBe(true)
  expect(await seen('late')).toBe(true)
  await run.close()
})

test('a process with the old declaration feeds readers until the switch, then stops with words', async () => {
  const old = await startInMemory([first], { log, stores })
  await old.untilApplied(first)
  const hold = createHold(stores)
  hold.hold()
  const run = await startInMemory([second], { log, stores: hold.stores })
  write('before')
  await old.untilApplied(first)
  expect(await seen('before')).toBe(true)
  hold.release()
  await run.untilApplied(second)
  const told = old.published.length
  for (const id of ['after', 'later', 'last', 'at last']) write(id)
  await untilStopped(old)
  expect(unwellOf(old.status())).toMatch(/projection playlist-search v\d+ stopped: .* takes no more writes/)
  await run.untilApplied(second)
  expect(await seen('after')).toBe(true)
  expect(old.published.slice(told)).toEqual([])
  expect(await isLive(secondIndex)).toBe(true)
  await Promise.all([old.close(), run.close()])
})

test('no document that readers saw is missing after the switch, however fast both are fed', async () => {
  const old = await startInMemory([first], { log, stores })
  const run = await startInMemory([second], { log, stores })
  const ids = Array.from({ length: 400 }, (_, at) => `fed-${at}`)
  const everSeen = new Set<string>()
  let isDone = false
  const look = async () => {
    const found = await stores.documents.live.get(firstIndex, ids)
    const missing = [...everSeen].filter((id) => !found.has(id))
    if (missing.length > 0) throw new Error(`${missing.join()} vanished`)
    for (const id of found.keys()) everSeen.add(id)
  }
  const looking = (async () => {
    for (; !isDone; await new Promise((go) => setTimeout(go, 1))) await look()
  })().finally(() => (isDone = true))
  for (const id of ids) {
    write(id)
    await new Promise((go) => setTimeout(go, 1))
  }
  await run.untilApplied(second).finally(() => (isDone = true))
  await looking
  expect(await isLive(secondIndex)).toBe(true)
  await Promise.all([old.close(), run.close()])
})

test('a roll-back is the same: the old one catches up, and readers go back to it', async () => {
  await runInMemory(second, { log, stores })
  write('written meanwhile')
  const newer = await startInMemory([second], { log, stores })
  await newer.untilApplied(second)
  const back = await startInMemory([first], { log, stores })
  await back.untilApplied(first)
  expect(await isLive(firstIndex)).toBe(true)
  expect(await seen('written meanwhile')).toBe(true)
  for (const id of ['one', 'two', 'three', 'four']) write(id)
  await untilStopped(newer)
  await back.untilApplied(first)
  await Promise.all([newer.close(), back.close()])
})

test('two processes that share the partitions are both told of the switch', async () => {
  const runs = await Promise.all([1, 2].map(() => startInMemory([second], { log, stores })))
  await until(async () => {
    const ends = await log.endOffsets('playlist-events')
    const told = runs.flatMap(({ published }) => published)
    return ends.every((end, at) => told.some((one) => one.partition === at && one.watermark === end))
  })
  expect(await isLive(secondIndex)).toBe(true)
  await Promise.all(runs.map((run) => run.close()))
})

test.each(['before', 'after'])('killed just %s the switch, the next process ends it', async (moment) => {
  let isKilled = false
  const documents = {
    ...stores.documents,
    promote: async (...[index, isAsNew]: Parameters<typeof stores.documents.promote>) => {
      if (moment === 'after') await stores.documents.promote(index, isAsNew)
      else await stores.documents.promote(index, async () => (await isAsNew()) && false)
      isKilled = true
      return new Promise<boolean>(() => undefined)
    },
  }
  const killed = await startInMemory([second], { log, stores: { ...stores, documents } })
  await until(() => isKilled)
  await killed.close()
  expect(await isLive(secondIndex)).toBe(moment === 'after')
  write('after the kill')
  await runInMemory(second, { log, stores })
  expect(await isLive(secondIndex)).toBe(true)
  expect(await seen('after the kill')).toBe(true)
})

test('killed between closing the old one and the switch, the old declaration opens it again', async () => {
  await stores.documents.ensure(secondIndex)
  expect(await stores.documents.promote(secondIndex, () => Promise.resolve(false))).toBe(false)
  write('after the roll-back')
  await runInMemory(first, { log, stores })
  expect(await seen('after the roll-back')).toBe(true)
})

test('a failing store delays the switch and nothing else', async () => {
  const run = await startInMemory([second], { log, stores })
  for (let times = 0; times < 6; times++) {
    stores.documents.failNext(3)
    await new Promise((go) => setTimeout(go, 5))
  }
  await run.untilApplied(second)
  expect(await isLive(secondIndex)).toBe(true)
  await run.close()
})

test('what the old one applied after the log was asked is waited for, once the old one is closed', async () => {
  await stores.documents.ensure(secondIndex)
  const settle = createPromotion(stores.documents, secondIndex)
  const [first = 0, ...others] = await log.endOffsets('playlist-events')
  const reach = (index: typeof firstIndex, ends: readonly number[]) =>
    Promise.all(
      ends.map((end, partition) =>
        createDocumentCheckpoints(stores.documents, index).write(partition, {
          offset: end - 1,
          recordId: 'record',
          lastAcceptedId: 'record',
          revision: 0,
          quarantined: [],
          incarnation: 'in-memory',
        }),
      ),
    )
  const shorter = [first - 3, ...others]
  await reach(secondIndex, shorter)
  let asked = 0
  const growing = () => Promise.resolve(++asked <= 2 ? shorter : [first, ...others])
  expect(await settle(growing)).toBe(false)
  await expect(reach(firstIndex, [first + 1])).rejects.toBeInstanceOf(IndexReplaced)
  expect(await isLive(firstIndex)).toBe(true)
  await reach(secondIndex, [first])
  expect(await settle(growing)).toBe(true)
  expect(await isLive(secondIndex)).toBe(true)
})

test('it reads to the end of the log, and once more, before it closes the old one', async () => {
  await stores.documents.ensure(secondIndex)
  const settle = createPromotion(stores.documents, secondIndex)
  const asked: number[] = []
  const ends = () => {
    asked.push(0)
    return Promise.resolve(asked.length === 1 ? [0, 0, 0] : [1, 0, 0])
  }
  expect([await settle(ends), await settle(ends), asked.length]).toEqual([false, false, 2])
  await stores.documents.write(firstIndex, [{ id: 'open', document: {}, stamp: 1 }])
  expect(await seen('open')).toBe(true)
})

test('checkpoints past the end of a topic that was made again hold nobody up', async () => {
  await stores.documents.ensure(secondIndex)
  const settle = createPromotion(stores.documents, secondIndex)
  expect(await settle(() => Promise.resolve([0, 0, 0]))).toBe(true)
})

test('whose index was live and was replaced says so, and does not take it back', async () => {
  const settle = createPromotion(stores.documents, firstIndex)
  const ends = () => log.endOffsets('playlist-events')
  expect(await settle(ends)).toBe(true)
  await runInMemory(second, { log, stores })
  expect([await settle(ends), await settle(ends)]).toEqual([false, false])
  expect(await isLive(secondIndex)).toBe(true)
})

test('without the store nothing is said', async () => {
  const settle = createPromotion(stores.documents, firstIndex)
  stores.documents.failNext(1)
  await expect(settle(() => Promise.resolve([]))).rejects.toBeInstanceOf(StoreUnavailable)
})
