import { expect, it } from '@jest/globals'
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
