import { down } from '@reprise/infra/down.ts'
import { isOurs, stateDirOf } from '@reprise/infra/state-dir.ts'
import type { Command } from 'commander'
import { existsSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
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
  // REPRISE_STATE may name any folder.
  else if (!isOurs(stateDir)) throw new Error(`${stateDir} was not made by reprise up`)
  else if (!yes && !(await isSure(stateDir))) throw new Error('Nothing was deleted.')
  else {
    await down({ lockWaitMs: 5000 })
    await deleteAll(stateDir)
    say(`Deleted ${stateDir}.`)
  }
  if (json) console.log(JSON.stringify({ stateDir, deleted: !existsSync(stateDir) }))
}

/** The lock tells that the folder is ours, so it goes last: an interrupted reset can be done again. */
async function deleteAll(stateDir: string): Promise<void> {
  for (const name of await readdir(stateDir))
    if (name !== 'run.lock') await rm(join(stateDir, name), { recursive: true })
  await rm(stateDir, { recursive: true })
}

async function isSure(stateDir: string): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new Error('reset asks first; without a terminal say --yes (make reset YES=1)')
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await terminal.question(`Stop everything and delete all data in ${stateDir}? [y/N] `)
  terminal.close()
  return /^y(es)?$/i.test(answer.trim())
}
