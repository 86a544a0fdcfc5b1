import { partsHere } from '@reprise/infra/parts.ts'
import { restart } from '@reprise/infra/restart.ts'
import { stateDirOf } from '@reprise/infra/state-dir.ts'
import type { Command } from 'commander'
import { prepareStart } from '../prepare-start.ts'

type Options = { readonly json?: boolean }

/** `reprise restart <part...>`: stops parts in order and starts them again where they were, as the sources are now. */
export function addRestart(program: Command): void {
  program
    .command('restart')
    .description('stop parts and start them again, with the sources as they are now')
    .argument('<part...>', 'for example projectors query-api')
    .option('--json', 'print the outcome as JSON')
    .action(run)
}

async function run(names: readonly string[], { json = false }: Options): Promise<void> {
  const parts = names.map(partNamed)
  // A part is not stopped for settings with which it could not start again.
  if (parts.some(({ kind }) => kind === 'service')) await prepareStart(stateDirOf())
  const addresses: Record<string, string> = {}
  for (const part of parts) {
    const { byPart } = await restart(part)
    addresses[part.name] = byPart[part.name] ?? ''
    if (!json) console.log(`${part.name.padEnd(11)} ${addresses[part.name] ?? ''}`)
  }
  if (json) console.log(JSON.stringify({ addresses }))
}

function partNamed(name: string) {
  const all = partsHere(stateDirOf())
  const part = all.find((each) => each.name === name)
  if (part === undefined)
    throw new Error(`there is no part ${name}; there are ${all.map((each) => each.name).join(', ')}`)
  return part
}
