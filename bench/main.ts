import { mkdirSync, writeFileSync } from 'node:fs'
import { engines } from '@reprise/infra/parts.ts'
import { up } from '@reprise/infra/up.ts'
import { benchCommands } from './commands.bench.ts'
import type { Figure } from './measure.ts'

/** `make bench`, or one section of it. Runs on the engines that are up, and starts them if they aren't. */
const sections: Readonly<
  Record<string, (kafka: readonly string[], registry: string) => Promise<readonly Figure[]>>
> = {
  commands: benchCommands,
}

const wanted = process.argv[2] ?? Object.keys(sections).join(',')
const unknown = wanted.split(',').filter((section) => sections[section] === undefined)
if (unknown.length > 0) {
  console.error(`there is no section ${unknown.join(', ')}; there are: ${Object.keys(sections).join(', ')}`)
  process.exit(2)
}
const { env } = await up({ parts: engines.filter(({ name }) => name === 'kafka' || name === 'registry') })
const figures: Figure[] = []
for (const section of wanted.split(','))
  figures.push(
    ...((await sections[section]?.((env['REPRISE_KAFKA'] ?? '').split(','), env['REPRISE_REGISTRY'] ?? '')) ??
      []),
  )
const results = new URL('./results/latest.json', import.meta.url)
mkdirSync(new URL('.', results), { recursive: true })
writeFileSync(results, `${JSON.stringify(figures, null, 2)}\n`)
process.exit(0)
