import { stateDirOf } from '@reprise/infra/state-dir.ts'
import type { Command } from 'commander'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

type Options = { readonly follow?: boolean; readonly lines: string }

/** `reprise logs [part]`: the last lines of one part's log, or of all. */
export function addLogs(program: Command): void {
  program
    .command('logs')
    .description('show the last lines of the logs')
    .argument('[part]', 'one engine or service; all by default')
    .option('-f, --follow', 'go on as lines are written')
    .option('-n, --lines <count>', 'how many lines of each', '40')
    .action(run)
}

async function run(part: string | undefined, { follow = false, lines }: Options): Promise<void> {
  const paths = pathsOf(part)
  const tail = spawn('tail', ['-n', lines, ...(follow ? ['-F'] : []), ...paths], { stdio: 'inherit' })
  // Ctrl-C is how following ends; it is no failure.
  process.on('SIGINT', () => undefined)
  const [code] = (await once(tail, 'exit')) as [number | null]
  if (code !== 0 && !follow) process.exitCode = 1
}

function pathsOf(part: string | undefined): string[] {
  const dir = join(stateDirOf(), 'logs')
  const names = existsSync(dir) ? readdirSync(dir).filter((name) => name.endsWith('.log')) : []
  const chosen = names.filter((name) => part === undefined || name === `${part}.log`)
  if (chosen.length > 0) return chosen.map((name) => join(dir, name))
  const known = names.map((name) => name.replace('.log', '')).join(', ')
  throw new Error(`no log of ${part ?? 'anything'} in ${dir}${known === '' ? '' : `; there are ${known}`}`)
}
