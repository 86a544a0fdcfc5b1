import { describe, expect, test } from '@jest/globals'
import { plantedBugs } from './planted-bugs.ts'
import { runIn } from './run-in.ts'

/** Minutes, where the simulation takes seconds: run with PLANTED_ON_ENGINES=1. */
const whenAsked = process.env['PLANTED_ON_ENGINES'] === '1' ? describe : describe.skip

whenAsked('the run on the real engines catches a planted bug', () => {
  test.each(plantedBugs.filter(({ onEngines }) => onEngines))(
    '$name',
    async ({ patches }) => {
      const { code, printed } = await runIn(patches, 'e2e/linearizability/main.ts', ['1', '12'])
      expect(printed).toMatch(/"right":false/)
      expect(code).toBe(1)
    },
    400_000,
  )
})
