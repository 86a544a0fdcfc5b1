import { tableOf } from '@reprise/infra/progress/table.ts'
import { statusOf } from '@reprise/infra/status-of.ts'
import type { Command } from 'commander'

type Options = { readonly json?: boolean }

/** `reprise status`: asks every part how it is; exit code 1 when one that was started doesn't answer. */
export function addStatus(program: Command): void {
  program
    .command('status')
    .description('ask every engine and service how it is')
    .option('--json', 'print the outcome as JSON')
    .action(run)
}

async function run({ json = false }: Options): Promise<void> {
  const parts = await statusOf()
  if (json) console.log(JSON.stringify({ parts }))
  else
    console.log(
      tableOf(parts, { color: process.stdout.isTTY && process.env.NO_COLOR === undefined }).join('\n'),
    )
  if (parts.some(({ state }) => state === 'failed' || state === 'unready')) process.exitCode = 1
}
