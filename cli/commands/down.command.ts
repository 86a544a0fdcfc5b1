import { down, type Stopped } from '@reprise/infra/down.ts'
import type { Command } from 'commander'

type Options = { readonly json?: boolean }

/** `reprise down`: stops what `up` started. */
export function addDown(program: Command): void {
  program
    .command('down')
    .description('stop what was started: services first, then engines; data stays')
    .option('--json', 'print the outcome as JSON')
    .action(run)
}

async function run({ json = false }: Options): Promise<void> {
  const onStopped = json ? undefined : (stopped: Stopped): void => console.log(lineOf(stopped))
  const stopped = await down({ lockWaitMs: 5000, ...(onStopped === undefined ? {} : { onStopped }) })
  if (json) console.log(JSON.stringify({ stopped }))
  else if (stopped.length === 0) console.log('Nothing was running.')
}

const words: Readonly<Record<Stopped['how'], string>> = {
  ended: 'stopped',
  killed: 'killed, it did not stop in time',
  gone: 'had ended before',
}

function lineOf({ name, pid, how }: Stopped): string {
  return `${name} ${words[how]} (process ${pid})`
}
