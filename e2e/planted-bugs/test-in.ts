import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Patch } from './planted-bugs.ts'
import { sourcesWith } from './sources-with.ts'

const root = join(import.meta.dirname, '..', '..')

/** A test that was run: its own name, and what it said if it failed. */
export type Tested = { readonly name: string; readonly failure: string | undefined }

/** Runs the end-to-end tests of one file in a copy of the sources with these patches, on the engines of REPRISE_*. */
export const testIn = async (patches: readonly Patch[], file: string): Promise<readonly Tested[]> => {
  const { folder, remove } = await sourcesWith(patches)
  try {
    for (const needed of ['jest.config.js', 'jest-transform.js'])
      await cp(join(root, needed), join(folder, needed))
    const results = join(folder, 'results.json')
    const jest = join(folder, 'node_modules', 'jest', 'bin', 'jest.js')
    const flags = ['--experimental-vm-modules', '--no-warnings=ExperimentalWarning', jest]
    const chosen = ['--selectProjects', 'e2e', '--runInBand', '--testPathPatterns', file]
    const child = spawn(process.execPath, [...flags, ...chosen, '--json', '--outputFile', results], {
      cwd: folder,
      stdio: 'ignore',
    })
    await once(child, 'close')
    return testsIn(JSON.parse(await readFile(results, 'utf8')) as Results)
  } finally {
    await remove()
  }
}

type Results = {
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly title: string
      readonly status: string
      readonly failureMessages: readonly string[]
    }[]
  }[]
}

const testsIn = ({ testResults }: Results): readonly Tested[] =>
  testResults.flatMap(({ assertionResults }) =>
    assertionResults.map(({ title, status, failureMessages }) => ({
      name: title,
      failure: status === 'passed' ? undefined : failureMessages.join('\n'),
    })),
  )
