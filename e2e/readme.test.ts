import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Platform, startPlatform } from './platform.ts'

const root = join(import.meta.dirname, '..')
const readme = readFileSync(join(root, 'README.md'), 'utf8')
const examples = [...readme.matchAll(/<!-- run: (\w+) -->\n```sh\n([^]*?)```/g)].map(
  ([, name = '', script = '']) => ({
    name,
    script,
  }),
)

describe('the examples of the README', () => {
  let platform: Platform
  beforeAll(async () => {
    platform = await startPlatform()
  }, 120_000)
  afterAll(() => platform.stop())

  const run = (script: string) => {
    const ran = spawnSync('bash', ['-euo', 'pipefail', '-c', script], {
      cwd: root,
      encoding: 'utf8',
      env: { ...platform.environment, COMMAND: platform.command, QUERY: platform.query },
    })
    return { code: ran.status, output: ran.stdout, errors: ran.stderr }
  }

  test('there is one for each kind of reader', () =>
    expect(examples.map(({ name }) => name)).toEqual(['clients', 'lines', 'catalogue', 'analysts']))

  test.each(examples)('$name', ({ name, script }) => {
    const { code, output, errors } = run(script)
    expect({ code, errors }).toEqual({ code: 0, errors: '' })
    if (name === 'clients') expect(output).toMatch(/song-1.*song-2[^]*"name":"Road trip"/)
    if (name === 'lines') expect(output).toMatch(/"status":204[^]*"status":204/)
    if (name === 'catalogue') expect(output).toMatch(/"name":"Mara Vale"/)
    if (name === 'analysts') expect(output).toMatch(/"plays":\d/)
  })
})
