import { describe, expect, test } from '@jest/globals'
import { type ProjectingBug, projectingBugs } from './projecting-bugs.ts'
import { testIn } from './test-in.ts'

const [first, ...others] = projectingBugs
/** Half a minute each: run with PLANTED_ON_ENGINES=1. */
const whenAsked = process.env['PLANTED_ON_ENGINES'] === '1' ? test.each : test.skip.each

/** How long the tests of one file may take. */
const fileMsMax = 600_000

/** The tests fail in what they compare, and the others of their file pass. */
const expectCaught = async ({ patches, file, failing }: ProjectingBug): Promise<void> => {
  const tests = await testIn(patches, file)
  const failed = tests.filter(({ failure }) => failure !== undefined)
  expect(failed.map(({ name }) => name)).toEqual(failing)
  for (const { failure } of failed) expect(failure).toContain('toEqual')
}

describe('the tests of the projections catch a planted bug', () => {
  test(first.name, () => expectCaught(first), fileMsMax)
  whenAsked(others)('$name', expectCaught, fileMsMax)
})
