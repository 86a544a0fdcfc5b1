import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, describe, expect, test } from '@jest/globals'
import type { StoredRecord } from '@reprise/core/ports/log.port.ts'
import { until } from '../../testing/in-memory-run.ts'
import { closeAll, createGate, createWatchedLog, readAs, share } from '../../testing/shared-readers.ts'

afterEach(() => closeAll())

describe('who reads a topic together', () => {
  test('is given the same records by one reader, each in order', async () => {
    const { log, append, reads } = createWatchedLog()
    append(40)
    const shared = share(log, ['a', 'b', 'c'])
    const all = await Promise.all(['a', 'b', 'c'].map((group) => readAs(shared, group)))
    await until(() => all.every(({ count }) => count() === 40))
    append(20)
    await until(() => all.every(({ count }) => count() === 60))
    expect(reads).toHaveLength(1)
    const [first] = all
    for (const { records, assigned, isInOrder } of all) {
      expect(isInOrder()).toBe(true)
      expect(records.flat().every((record, at) => record === first?.records.flat()[at])).toBe(true)
      expect(assigned).toEqual([[0, 1]])
    }
  })

  test('is one reader with whoever is a little behind or ahead', async () => {
    const { log, append, reads } = createWatchedLog()
    append(40)
    const shared = share(log, ['a', 'b'])
    const a = await readAs(shared, 'a', { resumeAt: () => Promise.resolve(15) })
    const b = await readAs(shared, 'b', { resumeAt: () => Promise.resolve(5) })
    await until(() => a.count() === 10 && b.count() === 30)
    expect([a.isInOrder(15), b.isInOrder(5)]).toEqual([true, true])
    expect(reads).toHaveLength(1)
  })

  test('goes on when one is stuck; that one catches up apart, and joins again', async () => {
    const { log, append, apart } = createWatchedLog()
    const gate = createGate()
    const shared = share(log, ['stuck', 'free'])
    const stuck = await readAs(shared, 'stuck', { before: () => gate.passed })
    const free = await readAs(shared, 'free')
    for (let round = 1; round <= 20; round++) {
      append(100)
      await until(() => free.count() === round * 100)
    }
    expect(stuck.count()).toBe(0)
    gate.open()
    await until(() => stuck.count() === 2_000)
    expect(stuck.isInOrder()).toBe(true)
    await until(() => apart().length === 0)
    append(2)
    await until(() => stuck.count() === 2_002 && free.count() === 2_002)
    expect(stuck.records[1]?.at(-1)).toBe(free.records[1]?.at(-1))
  })

  test('parts from one that is slow all the time', async () => {
    const { log, append, apart } = createWatchedLog()
    const shared = share(log, ['slow', 'fast'])
    const takes = () => new Promise<void>((go) => setTimeout(go, 20))
    const slow = await readAs(shared, 'slow', { before: takes })
    const fast = await readAs(shared, 'fast')
    for (let round = 1; fast.count() < 20_000; round++) {
      append(100)
      await until(() => fast.count() === round * 100)
      if (apart().length > 0) break
    }
    expect(apart()).toHaveLength(1)
    append(1_000)
    const all = fast.count() + 1_000
    await until(() => slow.count() === all && fast.count() === all)
    expect(slow.isInOrder()).toBe(true)
  })

  test('does not part from one that the others need, however slow it is', async () => {
    const { log, append, reads } = createWatchedLog()
    const shared = share(log, ['slow', 'fast'], { awaited: 'slow' })
    const takes = () => new Promise<void>((go) => setTimeout(go, 20))
    const slow = await readAs(shared, 'slow', { before: takes })
    const fast = await readAs(shared, 'fast')
    for (let round = 1; round <= 40; round++) {
      append(100)
      await until(() => fast.count() === round * 100)
    }
    await until(() => slow.count() === 4_000)
    expect([slow.isInOrder(), fast.isInOrder()]).toEqual([true, true])
    expect(reads).toHaveLength(1)
  })

  test('does not part while only one has to wait that does nothing but what the slow ones need', async () => {
    const { log, append, reads } = createWatchedLog()
    const shared = share(log, ['needed', 'slow'], { awaited: 'needed' })
    const needed = await readAs(shared, 'needed')
    const slow = await readAs(shared, 'slow', {
      before: () => new Promise<void>((go) => setTimeout(go, 20)),
    })
    for (let round = 1; round <= 40; round++) {
      append(100)
      await until(() => needed.count() === round * 100)
    }
    await until(() => slow.count() === 4_000)
    expect([needed.isInOrder(), slow.isInOrder()]).toEqual([true, true])
    expect(reads).toHaveLength(1)
  })

  test('who catches up apart never runs ahead of the others', async () => {
    const { log, append, apart } = createWatchedLog()
    const [late, halt] = [createGate(), createGate()]
    const shared = share(log, ['needed', 'other', 'third'], { awaited: 'needed' })
    const third = await readAs(shared, 'third')
    const needed = await readAs(shared, 'needed', {
      before: ({ records }) => ((records[0]?.offset ?? 0) < 500 ? Promise.resolve() : halt.passed),
    })
    const other = await readAs(shared, 'other', { before: () => late.passed })
    for (let round = 1; round <= 10; round++) {
      append(100)
      await until(() => needed.count() === round * 100 && third.count() === round * 100)
    }
    append(10_000)
    late.open()
    await until(() => other.count() >= 1_000 && apart().length === 0)
    const inHandOfOthers = other.count()
    halt.open()
    const all = [needed, other, third]
    await until(() => all.every(({ count }) => count() === 11_000))
    expect(all.map(({ isInOrder }) => isInOrder())).toEqual([true, true, true])
    // There is room for what is new in one of the partitions.
    expect(inHandOfOthers).toBe(6_000)
  })

  test('waits, and does not part, while nobody could go on', async () => {
    const { log, append, reads } = createWatchedLog()
    const gate = createGate()
    const shared = share(log, ['a', 'b'])
    const both = [
      await readAs(shared, 'a', { before: () => gate.passed }),
      await readAs(shared, 'b', { before: () => gate.passed }),
    ]
    for (let round = 0; round < 20; round++) {
      append(100)
      await new Promise((go) => setTimeout(go, 10))
    }
    gate.open()
    await until(() => both.every(({ count }) => count() === 2_000))
    expect(reads).toHaveLength(1)
  })

  test('is not held up by one that begins far behind', async () => {
    const { log, append, apart } = createWatchedLog()
    append(50_000)
    const gate = createGate()
    const shared = share(log, ['new', 'old'])
    const begun = await readAs(shared, 'new', { before: () => gate.passed })
    const old = await readAs(shared, 'old', { resumeAt: () => Promise.resolve(25_000) })
    append(10)
    await until(() => old.count() === 10)
    gate.open()
    await until(() => begun.count() === 50_010)
    expect([begun.isInOrder(), old.isInOrder(25_000)]).toEqual([true, true])
    await until(() => apart().length === 0)
  })

  test('is not held up by one that does not know yet where it is, nor by one that comes later', async () => {
    const { log, append, apart } = createWatchedLog()
    append(50)
    const gate = createGate()
    const shared = share(log, ['a', 'silent', 'late'])
    const silent = await readAs(shared, 'silent', { resumeAt: () => gate.passed.then(() => 0) })
    const a = await readAs(shared, 'a')
    await until(() => a.count() === 50)
    const late = await readAs(shared, 'late', { resumeAt: () => Promise.resolve(10) })
    await until(() => late.count() === 30)
    expect([silent.count(), silent.assigned]).toEqual([0, []])
    gate.open()
    await until(() => silent.count() === 50 && apart().length === 0)
    append(2)
    await until(() => silent.count() === 52 && late.count() === 32 && a.count() === 52)
    expect([silent.isInOrder(), late.isInOrder(10)]).toEqual([true, true])
    expect(silent.records[0]?.at(-1)).toBe(a.records[0]?.at(-1))
  })

  test('holds no more for one that is stuck than there is room', async () => {
    const { log, append } = createWatchedLog()
    const gate = createGate()
    const shared = share(log, ['stuck', 'free'], { weightMax: 1_000_000 })
    await readAs(shared, 'stuck', { before: () => gate.passed })
    const given: WeakRef<StoredRecord>[] = []
    await readAs(shared, 'free', {
      onBatch: ({ records }) => {
        for (const record of records) given.push(new WeakRef(record))
        return Promise.resolve()
      },
    })
    for (let round = 1; round <= 100; round++) {
      append(1_000)
      await until(() => given.length === round * 1_000)
    }
    await new Promise((go) => setTimeout(go, 20))
    collectGarbage()
    const alive = given.filter((record) => record.deref() !== undefined).length
    expect(alive).toBeLessThan(6_000)
    gate.open()
  })
})

const collectGarbage = () => {
  setFlagsFromString('--expose-gc')
  ;(runInNewContext('gc') as () => void)()
}
