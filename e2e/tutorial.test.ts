import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, readFile, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type PatchedSources, sourcesWith } from './planted-bugs/sources-with.ts'
import { type Platform, startPlatform } from './platform.ts'

const root = join(import.meta.dirname, '..')
const tutorial = await readFile(join(root, 'docs', 'tutorial.md'), 'utf8')

/** What the reader does, in order: runs a script, or writes a file. */
const steps = [...tutorial.matchAll(/<!-- (run|file): (\S+) -->\n```\w+\n([^]*?)```/g)].map(
  ([, kind = '', name = '', content = '']) => ({ kind, name, content }),
)

/** Beside the workspaces, what a reader has in the project's folder. */
const files = [
  'reprise',
  'jest.config.js',
  'jest-transform.js',
  'tsconfig.json',
  '.prettierrc.json',
  'package-lock.json',
]

describe('the tutorial', () => {
  let platform: Platform
  let sources: PatchedSources
  const printed = new Map<string, string>()

  beforeAll(async () => {
    sources = await sourcesWith([])
    for (const file of files) await cp(join(root, file), join(sources.folder, file))
    // What tools remember of these sources says nothing of the copy.
    await unlink(join(sources.folder, 'node_modules', '.cache')).catch(() => undefined)
    platform = await startPlatform()
  }, 180_000)
  afterAll(async () => {
    await platform.stop()
    await sources.remove()
  })

  const run = async (script: string) => {
    const shell = spawn('bash', ['-euo', 'pipefail', '-c', script], {
      cwd: sources.folder,
      env: { ...platform.environment, COMMAND: platform.command, QUERY: platform.query },
    })
    const ended = once(shell, 'close')
    const [output, errors, [code]] = await Promise.all([text(shell.stdout), text(shell.stderr), ended])
    return { code: code as number | null, output, errors }
  }

  test('has a reader who writes a projection, tries, tests and runs it', () =>
    expect(steps.map(({ name }) => name)).toEqual([
      'listen',
      'new',
      'projectors/listening-days.projection.ts',
      'try',
      'projectors/listening-days.test.ts',
      'test',
      'laws',
      'restart',
      'ask',
      'reference',
      'projectors/skip-alert.projection.ts',
      'effect',
    ]))

  test.each(steps)(
    '$name',
    async ({ kind, name, content }) => {
      if (kind === 'file') {
        await writeFile(join(sources.folder, name), content)
        return
      }
      const { code, output, errors } = await run(content)
      expect({ code, output, errors: code === 0 ? '' : errors }).toEqual({ code: 0, output, errors: '' })
      printed.set(name, output + errors)
    },
    180_000,
  )

  test('shows what it promises', () => {
    expect(printed.get('new')).toContain('projectors/listening-days.projection.ts')
    // Three around midnight.
    expect(printed.get('try')).toMatch(/[23] rows from the newest 3 records/)
    expect(printed.get('test')).toMatch(/2 passed/)
    expect(printed.get('laws')).toMatch(/\d\d passed/)
    const { items } = JSON.parse(printed.get('ask') ?? '') as { items: readonly { plays: number }[] }
    expect(items.reduce((sum, { plays }) => sum + plays, 0)).toBe(4)
    expect(printed.get('reference')).toContain('/v1/me/listening-days')
  })
})
