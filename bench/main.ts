import { mkdirSync, writeFileSync } from 'node:fs'
import { engines } from '@reprise/infra/parts.ts'
import { up } from '@reprise/infra/up.ts'
import { benchCommands } from './commands.bench.ts'
import { dropEarlier } from './drop-earlier.ts'
import { benchFlat } from './flat.bench.ts'
import { benchHttp } from './http.bench.ts'
import { machineSpeed } from './machine-speed.ts'
import type { Figure } from './measure.ts'
import type { Engines } from './own-namespace.ts'
import { benchPlays } from './plays.bench.ts'
import { benchProjections } from './projections.bench.ts'
import { benchSearch } from './search.bench.ts'
import { benchTakeOver } from './take-over.bench.ts'

type Env = Readonly<Record<string, string | undefined>>
const listOf = (variable: string | undefined): readonly string[] => (variable ?? '').split(',')

const enginesIn = (env: Env): Engines => ({
  kafka: listOf(env['REPRISE_KAFKA']),
  registry: env['REPRISE_REGISTRY'] ?? '',
  cassandra: listOf(env['REPRISE_CASSANDRA']),
})

type Section = {
  readonly engines: readonly string[]
  readonly run: (env: Env) => Promise<readonly Figure[]>
}

/** `make bench`, or one section of it. Runs on the engines that are up, and starts them if they aren't. */
const sections: Readonly<Record<string, Section>> = {
  commands: {
    engines: ['kafka', 'registry', 'cassandra'],
    run: async (env) => [
      ...(await benchCommands(enginesIn(env))),
      ...(await benchTakeOver(enginesIn(env))),
      ...(await benchFlat(enginesIn(env))),
      ...(await benchHttp(env)),
      ...(await benchPlays(env)),
    ],
  },
  projections: {
    engines: ['kafka', 'registry', 'cassandra', 'opensearch'],
    run: benchProjections,
  },
  search: {
    engines: ['opensearch'],
    run: (env) => benchSearch(env['REPRISE_OPENSEARCH'] ?? ''),
  },
}

const wanted = process.argv[2] ?? Object.keys(sections).join(',')
const unknown = wanted.split(',').filter((section) => sections[section] === undefined)
if (unknown.length > 0) {
  console.error(`there is no section ${unknown.join(', ')}; there are: ${Object.keys(sections).join(', ')}`)
  process.exit(2)
}
const chosen = wanted.split(',').flatMap((section) => sections[section] ?? [])
const needed = new Set(chosen.flatMap((section) => section.engines))
const { env } = await up({ parts: engines.filter(({ name }) => needed.has(name)) })
await dropEarlier(env)
console.log(machineSpeed())
const figures: Figure[] = []
for (const { run } of chosen) figures.push(...(await run(env)))
const results = new URL('./results/latest.json', import.meta.url)
mkdirSync(new URL('.', results), { recursive: true })
writeFileSync(results, `${JSON.stringify(figures, null, 2)}\n`)
process.exit(0)
