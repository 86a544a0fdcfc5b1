import { describe, expect, test } from '@jest/globals'
import { createInMemoryEventCodec } from '@reprise/adapters/in-memory/event-codec.in-memory.ts'
import { createInMemoryRowStore } from '@reprise/adapters/in-memory/row-store.in-memory.ts'
import { simulate } from './simulate.ts'

const codec = createInMemoryEventCodec()
const schedules = Number(process.env['SIMULATIONS'] ?? 1_000)
const firstSeed = Number(process.env['SIMULATION_SEED'] ?? 1)

describe('the write path in a world where everything goes wrong', () => {
  test(`${schedules} seeded schedules: every answer is what the history says, and nothing takes effect twice`, async () => {
    const total = {
      accepted: 0,
      unchanged: 0,
      refused: 0,
      superseded: 0,
      discarded: 0,
      kills: 0,
      pauses: 0,
      crashes: 0,
    }
    for (let seed = firstSeed; seed < firstSeed + schedules; seed++) {
      const { violations, ...counts } = await simulate({ seed, codec, rows: createInMemoryRowStore() })
      if (violations.length > 0) throw new Error(`seed ${seed}: ${violations.join('\n')}`)
      for (const [name, count] of Object.entries(counts)) total[name as keyof typeof total] += count
    }
    for (const count of Object.values(total)) expect(count).toBeGreaterThan(schedules / 4)
  }, 600_000)
})
