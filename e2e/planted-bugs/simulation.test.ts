import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { type Patch, plantedBugs } from './planted-bugs.ts'
import { sourcesWith } from './sources-with.ts'

/** Runs the simulation in sources with these patches; what it printed is the first violation, nothing when there was none. */
const violationWith = async (patches: readonly Patch[], seeds: number): Promise<string> => {
  const { folder, remove } = await sourcesWith(patches)
  try {
    const script = join(folder, 'e2e', 'planted-bugs', 'run-simulation.ts')
    const child = spawn(process.execPath, [script, '1', String(seeds)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = once(child, 'close')
    let printed = ''
    for await (const chunk of child.stdout) printed += String(chunk)
    const [code] = (await ended) as [number]
    if (code !== 0 && printed === '') throw new Error(`the simulation ended with ${code} and said nothing`)
    return printed
  } finally {
    await remove()
  }
}

describe('the simulation catches a planted bug', () => {
  test.each(plantedBugs)(
    '$name',
    async ({ patches }) => {
      expect(await violationWith(patches, 1_000)).toMatch(/"violation"/)
    },
    120_000,
  )

  test('and finds nothing in the sources as they are', async () => {
    expect(await violationWith([], 100)).toBe('')
  }, 120_000)
})
