import { join } from 'node:path'
import { liveTable } from '@reprise/infra/progress/live-table.ts'
import { stateDirOf } from '@reprise/infra/state-dir.ts'
import { up } from '@reprise/infra/up.ts'
import type { Command } from 'commander'
import { catalogueSourceOf } from '../catalogue/catalogue-source.ts'
import { demoSourceOf } from '../demo/demo-source.ts'
import { keepAlive } from '../demo/keep-alive.ts'
import { demoFileOf, differencesOf, writeOutcome } from '../demo/outcome.ts'
import { runDemo } from '../demo/run-demo.ts'
import { createScreen } from '../demo/screen.ts'
import { summaryOf } from '../demo/summary.ts'
import { prepareStart } from '../prepare-start.ts'
import { stopOnInterrupt } from '../stop-on-interrupt.ts'

type Options = { readonly full?: boolean; readonly json?: boolean }

const projectRoot = join(import.meta.dirname, '..', '..')
const lockWaitMs = 120_000

/** `reprise demo`: real edits and plays through everything, compared with where they must end. */
export function addDemo(program: Command): void {
  program
    .command('demo')
    .description('replay real playlist edits and plays through every part, and compare what comes out')
    .option('--full', 'all 1,954,610 edits instead of those of 30 playlists (also: FULL=1)')
    .option('--json', 'print the outcome as JSON; what happens meanwhile goes to standard error')
    .action(run)
}

async function run({ full = process.env.FULL === '1', json = false }: Options): Promise<void> {
  const startedAt = Date.now()
  const stateDir = stateDirOf()
  const stream = json ? process.stderr : process.stdout
  const screen = createScreen(stream)
  const source = demoSourceOf({ projectRoot, isFull: full, env: process.env })
  screen.line(`Reprise demo: ${source.description}\n`)

  await prepareStart(stateDir)
  const addresses = await up({ stateDir, lockWaitMs, onChange: liveTable(stream) })
  const startupSeconds = (Date.now() - startedAt) / 1_000
  screen.line('')

  const stopping = stopOnInterrupt(stopped)
  const over = new AbortController()
  const watching = keepAlive({
    stateDir,
    say: screen.line,
    signal: AbortSignal.any([over.signal, stopping]),
  })
  try {
    const catalogue = catalogueSourceOf({ projectRoot, env: process.env })
    const demo = await runDemo({ source, catalogue, stateDir, addresses, screen, signal: stopping })
    const seconds = (Date.now() - startedAt) / 1_000
    const outcome = { ...demo.outcome, startupSeconds, seconds }
    const outcomePath = join(stateDir, 'demo.json')
    writeOutcome(outcomePath, outcome)
    if (json) console.log(JSON.stringify(demoFileOf(outcome)))
    else
      for (const text of summaryOf({ ...demo, outcome, addresses: addresses.byPart, outcomePath }))
        screen.line(text)
    if (differencesOf(outcome).length > 0) process.exitCode = 1
  } finally {
    over.abort()
    await watching
    screen.close()
  }
}

const stopped =
  '\nStopped. What was acknowledged is in the log; start the demo again and it goes on from there.\n' +
  'Engines and services keep running: make down stops them.'
