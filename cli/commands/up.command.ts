import { engines, services } from '@reprise/infra/parts.ts'
import { liveTable } from '@reprise/infra/progress/live-table.ts'
import { withoutPassword } from '@reprise/infra/progress/table.ts'
import { stateDirOf } from '@reprise/infra/state-dir.ts'
import { statusOf } from '@reprise/infra/status-of.ts'
import { up } from '@reprise/infra/up.ts'
import type { Command } from 'commander'
import { prepareStart } from '../prepare-start.ts'

type Options = { readonly enginesOnly?: boolean; readonly json?: boolean }

/** `reprise up`: starts what isn't running yet. */
export function addUp(program: Command): void {
  program
    .command('up')
    .description('start the engines and services that are not running yet, and wait until all are ready')
    .option('--engines-only', 'leave the services out')
    .option('--json', 'print the outcome as JSON')
    .action(run)
}

async function run({ enginesOnly = false, json = false }: Options): Promise<void> {
  const parts = enginesOnly ? engines : [...engines, ...services]
  const startedAt = Date.now()
  if (!enginesOnly) await prepareStart(stateDirOf())
  const { byPart } = await up({ parts, ...(json ? {} : { onChange: liveTable(process.stdout) }) })
  const seconds = (Date.now() - startedAt) / 1000
  const reports = await statusOf({ parts })
  if (json) {
    console.log(JSON.stringify({ seconds, addresses: byPart, parts: reports }))
    return
  }
  const memoryBytes = reports.reduce((sum, report) => sum + (report.memoryBytes ?? 0), 0)
  console.log(`\nAll ready in ${seconds.toFixed(1)} s, ${(memoryBytes / 2 ** 30).toFixed(1)} GB resident.`)
  for (const { name } of parts) console.log(`  ${name.padEnd(11)} ${withoutPassword(byPart[name] ?? '')}`)
}
