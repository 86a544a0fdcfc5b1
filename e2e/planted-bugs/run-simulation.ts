import { createInMemoryEventCodec } from '@reprise/adapters/in-memory/event-codec.in-memory.ts'
import { createInMemoryRowStore } from '@reprise/adapters/in-memory/row-store.in-memory.ts'
import { simulate } from '@reprise/producers/simulation/simulate.ts'

/** Runs the simulation of the sources it lies in: `run-simulation.ts FIRST_SEED SEEDS`; prints the first violation and ends with 1. */
const [first = 1, seeds = 200] = process.argv.slice(2).map(Number)
const codec = createInMemoryEventCodec()
for (let seed = first; seed < first + seeds; seed++) {
  const { violations } = await simulate({ seed, codec, rows: createInMemoryRowStore() })
  if (violations.length === 0) continue
  console.log(JSON.stringify({ seed, violation: violations[0] }))
  process.exit(1)
}
