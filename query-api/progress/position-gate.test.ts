import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { createInMemoryLog } from '@reprise/adapters/in-memory/log.in-memory.ts'
import { createPositionGate } from './position-gate.ts'
import { createWatermarks, type View } from './watermarks.ts'

const view: View = {
  name: 'some',
  version: 1,
  from: 'playlist-events',
  store: { kind: 'pages', partitionKey: 'playlistId' },
}
const position = { topic: 'playlist-events', partition: 0, offset: 4 } as const
/** Longer than a test may take: what passes only at its end fails. */
const wokenNotLateMs = 600_000
const progress = { projection: 'some', version: 1, topic: 'playlist-events', partition: 0, quarantined: [] }

it('misses no progress that comes while it asks where the log ends', async () => {
  const watermarks = createWatermarks([view], async () => ({ watermark: 100 }))
  const endOffsets = async () => {
    watermarks.observe({ ...progress, watermark: 5 })
    await new Promise((resolve) => setTimeout(resolve, 50))
    return [10]
  }
  const gate = createPositionGate({ ...createInMemoryLog(), endOffsets }, watermarks, async () => ({
    watermark: 100,
  }))
  await gate({ views: [view] }, [position], Date.now() + wokenNotLateMs)
})

it('keeps waiting when a loss takes back what it waited for', async () => {
  let stored = 5
  const watermarks = createWatermarks([view], async () => ({ watermark: stored }))
  const gate = createPositionGate(
    { ...createInMemoryLog(), endOffsets: async () => [10] },
    watermarks,
    async () => ({ watermark: stored }),
  )
  watermarks.observe({ ...progress, watermark: 3 })
  const passed = gate({ views: [view] }, [position], Date.now() + 300)
  stored = 2
  watermarks.forget([view])
  await expect(passed).rejects.toMatchObject({ code: 'not-yet-visible' })
  watermarks.close()
})

it('does not believe old word of a view that was deleted and is being rebuilt', async () => {
  let stored = 5
  const checkpointOf = async () => ({ watermark: stored })
  const watermarks = createWatermarks([view], checkpointOf)
  const gate = createPositionGate(
    { ...createInMemoryLog(), endOffsets: async () => [10] },
    watermarks,
    checkpointOf,
  )
  watermarks.observe({ ...progress, watermark: 5 })
  await gate({ views: [view] }, [position], Date.now() + wokenNotLateMs)
  stored = 0
  await expect(gate({ views: [view] }, [position], Date.now() + 300)).rejects.toMatchObject({
    code: 'not-yet-visible',
  })
  stored = 5
  await gate({ views: [view] }, [position], Date.now() + wokenNotLateMs)
  watermarks.close()
})

it('answers `quarantined` for a newer position on a group that stopped, and for no other group', async () => {
  const checkpointOf = async () => ({ watermark: 10 })
  const watermarks = createWatermarks([view], checkpointOf)
  const gate = createPositionGate(
    { ...createInMemoryLog(), endOffsets: async () => [10] },
    watermarks,
    checkpointOf,
  )
  const pass = (offset: number, groups?: readonly string[]) =>
    gate({ views: [view], groups }, [{ ...position, offset }], Date.now() + wokenNotLateMs)
  const quarantined = { code: 'quarantined', facts: { view: 'some', group: 'a/1' } }
  watermarks.observe({ ...progress, watermark: 10, quarantined: [{ group: 'a/1', offset: 4 }] })
  await pass(3, ['a'])
  await expect(pass(4, ['a'])).rejects.toMatchObject(quarantined)
  await expect(pass(7, ['b', 'a/1'])).rejects.toMatchObject(quarantined)
  await expect(pass(7)).rejects.toMatchObject(quarantined)
  await pass(7, ['b', 'a/', 'a/2'])
  watermarks.observe({ ...progress, watermark: 10, quarantined: [{ group: 'partition@6', offset: 6 }] })
  await pass(5, ['b'])
  await expect(pass(6, ['b'])).rejects.toMatchObject({ code: 'quarantined' })
  watermarks.observe({ ...progress, watermark: 10, quarantined: [] })
  await pass(7)
  watermarks.close()
})

describe('checkpoints that follow their rows later', () => {
  let stored: number
  let reads: number
  let clock: number
  let isCaughtUp: boolean
  let watermarks: ReturnType<typeof createWatermarks>
  let gate: ReturnType<typeof createPositionGate>
  let confirm: () => Promise<void>
  const checkpointOf = async () => {
    reads++
    return { watermark: stored }
  }
  const tell = (watermark: number, partition = 0) => watermarks.observe({ ...progress, watermark, partition })
  const pass = (offset: number, { waitMs = 0, partition = 0 } = {}) =>
    gate({ views: [view] }, [{ ...position, partition, offset }], Date.now() + waitMs)
  const notYetVisible = { code: 'not-yet-visible' }
  /** The view is known as one whose checkpoint and progress are here. */
  const trust = async (watermark: number) => {
    stored = watermark
    tell(watermark)
    await jest.advanceTimersByTimeAsync(0)
  }

  beforeEach(() => {
    jest.useFakeTimers()
    stored = 0
    reads = 0
    clock = 0
    isCaughtUp = true
    watermarks = createWatermarks([view], checkpointOf, { now: () => clock, isCaughtUp: () => isCaughtUp })
    const log = { ...createInMemoryLog(), endOffsets: async () => Array.from({ length: 4 }, () => 1_000) }
    confirm = () => Promise.resolve()
    gate = createPositionGate(log, watermarks, checkpointOf, () => confirm())
  })
  afterEach(() => {
    watermarks.close()
    jest.useRealTimers()
  })

  it('answers a token at once that progress has reached, and asks no more afterwards', async () => {
    await trust(5)
    tell(9)
    await pass(7)
    expect(watermarks.losses()).toBe(0)
    const before = reads
    tell(10)
    await jest.advanceTimersByTimeAsync(5_000)
    expect(reads).toBe(before)
    expect(watermarks.of(view, 0)).toBe(10)
  })

  it('asks the store, where its checkpoint lags, whether it has forgotten what it acknowledged', async () => {
    await trust(5)
    tell(9)
    confirm = () => {
      watermarks.forget([view])
      return Promise.reject(new Error('a node was started anew'))
    }
    await expect(pass(7)).rejects.toThrow('a node was started anew')
    expect(watermarks.of(view, 0)).toBe(5)
    stored = 9
    await jest.advanceTimersByTimeAsync(250)
    await pass(7)
  })

  it('waits once for a checkpoint if none was ever seen', async () => {
    await trust(0)
    tell(5)
    const passed = pass(4, { waitMs: wokenNotLateMs })
    await jest.advanceTimersByTimeAsync(0)
    expect(watermarks.of(view, 0)).toBe(0)
    stored = 5
    tell(9)
    await jest.advanceTimersByTimeAsync(250)
    await passed
    await pass(8)
  })

  it('trusts what is published once the store has what was when it was lost, though more comes all the time', async () => {
    await trust(5)
    watermarks.forget([view])
    for (let watermark = 6; watermark < 20; watermark++) {
      tell(watermark)
      stored = watermark - 3
      await jest.advanceTimersByTimeAsync(100)
    }
    const before = reads
    tell(20)
    await jest.advanceTimersByTimeAsync(2_000)
    expect(reads).toBe(before)
    expect(watermarks.of(view, 0)).toBe(20)
  })

  it('asks for untrusted partitions in one chain, however many requests and progress there are', async () => {
    for (const partition of [0, 1, 2]) tell(0, partition)
    await jest.advanceTimersByTimeAsync(0)
    for (const partition of [0, 1, 2]) tell(5, partition)
    const open = [0, 1, 2, 0, 1, 2].map((partition) => pass(4, { partition, waitMs: 2_000 }))
    const refused = Promise.all(open.map((passed) => expect(passed).rejects.toMatchObject(notYetVisible)))
    await jest.advanceTimersByTimeAsync(10)
    for (const partition of [0, 1, 2]) for (const watermark of [6, 7, 8]) tell(watermark, partition)
    watermarks.forget([view])
    await jest.advanceTimersByTimeAsync(240)
    const before = reads
    for (let watermark = 9; watermark < 109; watermark++) {
      for (const partition of [0, 1, 2]) tell(watermark, partition)
      await jest.advanceTimersByTimeAsync(10)
    }
    expect(reads - before).toBe(4 * 3)
    await jest.advanceTimersByTimeAsync(1_000)
    await refused
  })

  it.each([0, 4])(
    'notices a checkpoint that went back to %d, and believes nothing past it',
    async (found) => {
      await trust(5)
      tell(9)
      await pass(7)
      stored = found
      const refused = expect(pass(7, { waitMs: 1_000 })).rejects.toMatchObject(notYetVisible)
      await jest.advanceTimersByTimeAsync(2_000)
      await refused
      expect(watermarks.losses()).toBe(1)
      stored = 9
      await jest.advanceTimersByTimeAsync(250)
      await pass(7)
    },
  )

  it('believes no word that is old and not borne out, though the checkpoint is past the one last seen', async () => {
    await trust(5)
    tell(90)
    clock = 10_000
    stored = 50
    await expect(pass(80)).rejects.toMatchObject(notYetVisible)
    await pass(40)
    tell(0)
    await jest.advanceTimersByTimeAsync(250)
    tell(85)
    stored = 85
    await pass(80)
  })

  it('takes a token back when the projector goes back while the store is asked', async () => {
    await trust(5)
    tell(9)
    const passed = expect(pass(7)).rejects.toMatchObject(notYetVisible)
    await Promise.resolve()
    tell(6)
    await passed
  })

  it('trusts nothing before all that was published before the start was observed', async () => {
    isCaughtUp = false
    await trust(5)
    tell(9)
    await jest.advanceTimersByTimeAsync(0)
    isCaughtUp = true
    await jest.advanceTimersByTimeAsync(1_000)
    await expect(pass(7)).rejects.toMatchObject(notYetVisible)
    await pass(4)
  })

  it('looks anew after what it noticed itself', async () => {
    await trust(9)
    await pass(7)
    stored = 3
    let seen = -1
    const onLook = () => (seen = watermarks.losses())
    const passed = gate({ views: [view], onLook }, [{ ...position, offset: 7 }], Date.now() + wokenNotLateMs)
    await jest.advanceTimersByTimeAsync(250)
    stored = 9
    await jest.advanceTimersByTimeAsync(250)
    await passed
    expect([seen, watermarks.losses()]).toEqual([1, 1])
  })
})
