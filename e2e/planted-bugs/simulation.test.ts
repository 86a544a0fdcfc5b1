import { describe, expect, test } from '@jest/globals'
import { plantedBugs } from './planted-bugs.ts'
import { runIn } from './run-in.ts'

const script = 'e2e/planted-bugs/run-simulation.ts'

describe('the simulation catches a planted bug', () => {
  test.each(plantedBugs)(
    '$name',
    async ({ patches }) => {
      const { code, printed } = await runIn(patches, script, ['1', '5000'])
      expect(printed).toMatch(/"violation"/)
      expect(code).toBe(1)
    },
    240_000,
  )

  test('and finds nothing in the sources as they are', async () => {
    expect(await runIn([], script, ['1', '100'])).toEqual({ code: 0, printed: '' })
  }, 120_000)
})
