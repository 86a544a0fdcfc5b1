import { down } from '@reprise/infra/down.ts'
import { stateDirOf } from '@reprise/infra/state-dir.ts'
import type { Command } from 'commander'
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline/promises'

type Options = { readonly yes?: boolean; readonly json?: boolean }

/** `reprise reset`: stops everything and deletes its data. The cache of engines stays. */
export function addReset(program: Command): void {
  program
    .command('reset')
    .description('stop everything and delete all data; asks first, and keeps the downloaded engines')
    .option('-y, --yes', 'do not ask')
    .option('--json', 'print the outcome as JSON')
    .action(run)
}

async function run({ yes = false, json = false }: Options): Promise<void> {
  const stateDir = stateDirOf()
  const say = json ? (): void => undefined : console.log
  if (!existsSync(stateDir)) say(`Nothing to delete: ${stateDir} does not exist.`)
  // REPRISE_STATE may name any folder; only one in which we ran is ours to delete.
  else if (basename(stateDir) !== '.reprise' && !existsSync(join(stateDir, 'run.lock')))
    throw new Error(`${stateDir} was not made by reprise up`)
  else if (!yes && !(await isSure(stateDir))) throw new Error('Nothing was deleted.')
  else {
    await down({ lockWaitMs: 5000 })
    await rm(stateDir, { recursive: true })
    say(`Deleted ${stateDir}.`)
  }
  if (json) console.log(JSON.stringify({ stateDir, deleted: !existsSync(stateDir) }))
}

async function isSure(stateDir: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new Error('reset asks first; without a terminal say --yes')
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await terminal.question(`Stop everything and delete all data in ${stateDir}? [y/N] `)
  terminal.close()
  return /^y(es)?$/i.test(answer.trim())
}
