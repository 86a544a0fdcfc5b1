import { configurationOf } from '@reprise/core/configuration.ts'
import { type Command, InvalidArgumentError } from 'commander'
import { environmentHere } from '../../catalogue/environment-here.ts'
import { durationOf, numberOf } from '../../demo/pace.ts'
import { withLog } from '../../log/with-log.ts'
import { projectionIn } from '../../projections/projection-in.ts'
import { type Tried, tryProjection } from '../../projections/try-projection.ts'

type Options = { readonly last: number; readonly rows: number; readonly json?: boolean }

/** `reprise projections try <file>`: what a projection makes of the newest events, in memory. */
export function addTryProjection(projections: Command): void {
  projections
    .command('try')
    .description('run a projection in memory over the newest events of the log, and print its rows')
    .argument('<file>', 'a file that exports a projection')
    .option('--last <count>', 'over so many of the newest records', countIn(5_000_000), 10_000)
    .option('--rows <count>', 'print so many rows', countIn(1_000_000), 20)
    .option('--json', 'print the outcome as JSON, with every row')
    .action(run)
}

async function run(file: string, { last, rows, json = false }: Options): Promise<void> {
  const projection = await projectionIn(file)
  const tried = await withLog(configurationOf(environmentHere()), (source) =>
    tryProjection(projection, { ...source, last }),
  )
  const { name, version, from } = projection
  if (json) console.log(JSON.stringify({ projection: name, version, from, ...tried }))
  else show(tried, rows)
}

function show({ records, accepted, rows, failed, seconds }: Tried, shown: number): void {
  if (rows.length > 0) console.table(rows.slice(0, shown).map(flat))
  if (rows.length > shown)
    console.log(`… and ${numberOf(rows.length - shown)} more; --rows shows more, --json all`)
  console.log(
    `${numberOf(rows.length)} rows from the newest ${numberOf(records)} records, ${numberOf(accepted)} of them ` +
      `accepted, in ${durationOf(seconds)}`,
  )
  if (failed.length > 0)
    console.log(`${numberOf(failed.length)} events could not be applied; most often their row began earlier:`)
  for (const { type, eventId, reason } of failed.slice(0, 5)) console.log(`  ${type} ${eventId}: ${reason}`)
}

/** Lists and objects take one cell of the table. */
const flat = (row: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      typeof value === 'object' && value !== null ? JSON.stringify(value).slice(0, 80) : value,
    ]),
  )

function countIn(most: number) {
  return (text: string): number => {
    const count = Number(text)
    if (!/^\d{1,9}$/.test(text) || count < 1 || count > most)
      throw new InvalidArgumentError(`Send a whole number from 1 to ${most}.`)
    return count
  }
}
