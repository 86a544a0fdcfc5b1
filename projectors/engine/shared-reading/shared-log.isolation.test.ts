import { afterEach, describe, expect, test } from '@jest/globals'
import { LogBroken, type Log } from '@reprise/core/ports/log.port.ts'
import { until } from '../../testing/in-memory-run.ts'
import { closeAll, createWatchedLog, readAs, share } from '../../testing/shared-readers.ts'

afterEach(() => closeAll())

describe('alone', () => {
  test('one is rewound', async () => {
    const { log, append, apart } = createWatchedLog()
    append(40)
    const shared = share(log, ['a', 'b'])
    let from = 0
    const a = await readAs(shared, 'a', { resumeAt: () => Promise.resolve(from) })
    const b = await readAs(shared, 'b')
    await until(() => a.count() === 40 && b.count() === 40)
    from = 5
    a.reader.rewind()
    await until(() => a.count() === 70)
    append(2)
    await until(() => a.count() === 72 && b.count() === 42)
    expect(a.records[0]?.map(({ offset }) => offset)).toEqual([...Array(20).keys(), ...range(5, 21)])
    expect(b.isInOrder()).toBe(true)
    expect([a.assigned.length, b.assigned.length]).toEqual([2, 1])
    await until(() => apart().length === 0)
  })

  test('one is stopped by what it throws, by its own place past the end, and by what its reader apart finds', async () => {
    const { log, append, reads } = createWatchedLog()
    append(50_000)
    const shared = share(log, ['good', 'throws', 'beyond', 'broken'])
    const throws = await readAs(shared, 'throws', {
      before: () => Promise.reject(new Error('a handler threw')),
    })
    const beyond = await readAs(shared, 'beyond', { resumeAt: () => Promise.resolve(25_500) })
    const broken = await readAs(shared, 'broken', { before: () => new Promise(() => undefined) })
    const good = await readAs(shared, 'good', { resumeAt: () => Promise.resolve(24_990) })
    await until(() => throws.stopped.length === 1 && beyond.stopped.length === 1)
    expect(throws.stopped[0]?.message).toBe('a handler threw')
    expect(beyond.stopped[0]).toMatchObject({ name: 'LogBroken' })
    const apart = reads.filter(({ group }) => group === undefined).at(-1)
    apart?.onStopped(new LogBroken('a gap'))
    expect(broken.stopped).toHaveLength(1)
    append(2)
    await until(() => good.count() === 22)
    expect(good.stopped).toEqual([])
    await closeAll([broken.reader])
  })

  test('one begins again after a failure to learn where it is, and one that is closed is given nothing more', async () => {
    const { log, append } = createWatchedLog()
    append(10)
    const shared = share(log, ['a', 'b'])
    let failures = 0
    const a = await readAs(shared, 'a', {
      resumeAt: () => (failures++ < 2 ? Promise.reject(new Error('no answer')) : Promise.resolve(0)),
    })
    const b = await readAs(shared, 'b')
    await until(() => a.count() === 10 && b.count() === 10)
    await b.reader.close()
    append(10)
    await until(() => a.count() === 20)
    expect([b.count(), a.isInOrder()]).toEqual([10, true])
  })
})

test('a gap in the log stops all', async () => {
  const { log, reads } = createWatchedLog()
  const shared = share(log, ['a', 'b'])
  const both = [await readAs(shared, 'a'), await readAs(shared, 'b')]
  await until(() => both.every(({ assigned }) => assigned.length === 1))
  const gap = new LogBroken('a gap')
  reads[0]?.onStopped(gap)
  expect(both.map(({ stopped }) => stopped)).toEqual([[gap], [gap]])
})

test('a log that is away when reading begins keeps nobody from reading later', async () => {
  const { log, append } = createWatchedLog()
  append(10)
  let refused = 0
  const away: Log = {
    ...log,
    read: (options) => (refused++ < 2 ? Promise.reject(new Error('no broker')) : log.read(options)),
  }
  const shared = share(away, ['a', 'b'])
  const both = [await readAs(shared, 'a'), await readAs(shared, 'b')]
  await until(() => both.every(({ count, stopped }) => count() === 10 || stopped.length > 0))
  expect(both.map(({ stopped }) => stopped)).toEqual([[], []])
})

test('who closes while the log is away is asked no more', async () => {
  const { log } = createWatchedLog()
  let asked = 0
  const away: Log = { ...log, read: () => Promise.reject(new Error(`no broker ${++asked}`)) }
  const a = await readAs(share(away, ['a']), 'a')
  await until(() => asked > 1)
  await a.reader.close()
  const before = asked
  await new Promise((go) => setTimeout(go, 500))
  expect([asked, a.stopped]).toEqual([before, []])
})

test('a log that is broken when reading begins stops all', async () => {
  const { log } = createWatchedLog()
  const gap = new LogBroken('a gap')
  const shared = share({ ...log, read: () => Promise.reject(gap) }, ['a', 'b'])
  const both = [await readAs(shared, 'a'), await readAs(shared, 'b')]
  await until(() => both.every(({ stopped }) => stopped.length > 0))
  expect(both.map(({ stopped }) => stopped)).toEqual([[gap], [gap]])
})

test('who comes in the place of one that halted goes on, even if the one reader has halted too', async () => {
  const { log, append, reads } = createWatchedLog()
  let isHalted = false
  const halting: Log = {
    ...log,
    read: (options) =>
      log.read({
        ...options,
        onBatch: (batch) =>
          isHalted && options.group !== undefined ? new Promise(() => undefined) : options.onBatch(batch),
      }),
  }
  append(10)
  const shared = share(halting, ['a', 'b'])
  const [a, b] = [await readAs(shared, 'a'), await readAs(shared, 'b')]
  await until(() => a.count() === 10 && b.count() === 10)
  isHalted = true
  append(10)
  const again = await readAs(shared, 'a', { resumeAt: () => Promise.resolve(5) })
  await until(() => again.count() === 10)
  expect(reads.filter(({ group }) => group === undefined)).toHaveLength(1)
  // The one reader waits for a batch that never ends.
  await closeAll([a.reader, b.reader, again.reader])
})

describe('processes', () => {
  test('with the same members share the partitions, and take over all of them together', async () => {
    const { log, append } = createWatchedLog()
    append(20)
    const groups = ['a', 'b']
    const [one, other] = [share(log, groups), share(log, [...groups].reverse())]
    const here = await Promise.all(groups.map((group) => readAs(one, group)))
    const there = await Promise.all(groups.map((group) => readAs(other, group)))
    const lastOf = ({ assigned }: (typeof here)[number]) => assigned.at(-1)
    await until(() => [...here, ...there].every((member) => lastOf(member)?.length === 1))
    expect([here.map(lastOf), there.map(lastOf)]).toEqual([
      [[0], [0]],
      [[1], [1]],
    ])
    await Promise.all(there.map(({ reader }) => reader.close()))
    await until(() => here.every((member) => lastOf(member)?.length === 2))
    append(20)
    await until(() => here.every(({ records }) => records.every((ofOne) => ofOne.at(-1)?.offset === 19)))
  })

  test('with other members have all partitions each', async () => {
    const { log, append } = createWatchedLog()
    append(20)
    const [old, next] = [share(log, ['a']), share(log, ['a', 'b'])]
    const all = [await readAs(old, 'a'), await readAs(next, 'a'), await readAs(next, 'b')]
    await until(() => all.every(({ count }) => count() === 20))
  })
})

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => from + at)
