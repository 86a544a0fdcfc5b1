import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'

/** A small copy of the layout with forbidden imports in it, checked with the project's own rules. */
const root = join(import.meta.dirname, '..')
const seeded: Readonly<Record<string, string>> = {
  'schemas/topics.ts': 'export const topics = 1',
  'core/position.ts': 'export const position = 1',
  'core/clock.ts': "import 'node:fs'\nexport const clock = 1",
  'adapters/kafka/log.ts': "import '../../core/position.ts'\nexport const log = 1",
  'adapters/kafka/reaching-up.ts': "import '../../producers/decider.ts'\nexport const up = 1",
  'schemas/reaching-up.ts': "import '../core/position.ts'\nexport const up = 1",
  'producers/main.ts': "import '../adapters/kafka/log.ts'\nexport const main = 1",
  'producers/decider.ts': "import '../adapters/kafka/log.ts'\nexport const decider = 1",
  'producers/sideways.ts': "import '../projectors/details.projection.ts'\nexport const sideways = 1",
  'projectors/details.projection.ts': 'export const details = 1',
  'projectors/engine/run.ts': 'export const run = 1',
  'query-api/details.query.ts': "import '../projectors/details.projection.ts'\nexport const query = 1",
  'query-api/reaching-in.ts': "import '../projectors/engine/run.ts'\nexport const reaching = 1",
  'infra/up.ts': "import '../core/position.ts'\nexport const up = 1",
  'cli/main.ts': "import '../producers/decider.ts'\nexport const main = 1",
}

describe('the import table', () => {
  let folder: string
  let violations: readonly string[]
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'reprise-boundaries-'))
    for (const [path, source] of Object.entries(seeded)) {
      mkdirSync(join(folder, dirname(path)), { recursive: true })
      writeFileSync(join(folder, path), source)
    }
    for (const file of ['.dependency-cruiser.cjs', 'tsconfig.json', 'package.json'])
      cpSync(join(root, file), join(folder, file))
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    const cruiser = join(root, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruiser.mjs')
    const folders = ['schemas', 'core', 'adapters', 'producers', 'projectors', 'query-api', 'infra', 'cli']
    const run = spawnSync(process.execPath, [cruiser, '--output-type', 'json', ...folders], {
      cwd: folder,
      encoding: 'utf8',
    })
    const { summary } = JSON.parse(run.stdout) as {
      summary: { violations: { from: string; rule: { name: string } }[] }
    }
    violations = summary.violations.map(({ from, rule }) => `${from}: ${rule.name}`).sort()
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('every seeded violation is caught, and nothing that is allowed', () =>
    expect(violations).toEqual([
      'adapters/kafka/reaching-up.ts: adapters-imports',
      'cli/main.ts: cli-imports',
      'core/clock.ts: core-is-pure',
      'infra/up.ts: infra-imports',
      'producers/decider.ts: producers-imports',
      'producers/sideways.ts: producers-know-the-catalogue',
      'query-api/reaching-in.ts: query-api-declarations',
      'schemas/reaching-up.ts: schemas-imports',
    ]))
})
