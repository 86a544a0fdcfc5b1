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
  await gate([view], [position], Date.now() + wokenNotLateMs)
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
  const passed = gate([view], [position], Date.now() + 300)
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
  await gate([view], [position], Date.now() + wokenNotLateMs)
  stored = 0
  await expect(gate([view], [position], Date.now() + 300)).rejects.toMatchObject({ code: 'not-yet-visible' })
  stored = 5
  await gate([view], [position], Date.now() + wokenNotLateMs)
  watermarks.close()
})
