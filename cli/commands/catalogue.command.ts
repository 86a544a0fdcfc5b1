import { join } from 'node:path'
import { applyConnector, driftOf, type Applied, type Drift } from '@reprise/connect/apply-connector.ts'
import { createConnectApi } from '@reprise/connect/connect-api.ts'
import { connectorConfigOf } from '@reprise/connect/connector-config.ts'
import { prepareDatabase } from '@reprise/connect/database.ts'
import { healthOf, type Health } from '@reprise/connect/health.ts'
import { namesOf } from '@reprise/connect/names.ts'
import { readAnew } from '@reprise/connect/read-anew.ts'
import { settingsOf } from '@reprise/connect/settings.ts'
import { createSlotAccess } from '@reprise/connect/slot.ts'
import type { Command } from 'commander'
import { catalogueSourceOf } from '../catalogue/catalogue-source.ts'
import { environmentHere } from '../catalogue/environment-here.ts'
import { runSql } from '../catalogue/run-sql.ts'
import { loadCatalogue, type Loaded } from '../catalogue/load-catalogue.ts'
import { numberOf, durationOf } from '../demo/pace.ts'
import { createScreen, type Progress } from '../demo/screen.ts'
import { stopOnInterrupt } from '../stop-on-interrupt.ts'

const projectRoot = join(import.meta.dirname, '..', '..')

/** `reprise catalogue`: loads the catalogue, and looks after the connector that tells everybody of it. */
export function addCatalogue(program: Command): void {
  const catalogue = program
    .command('catalogue')
    .description('songs, artists and albums in PostgreSQL, and the connector that carries their changes')
  catalogue
    .command('load')
    .description('load the real catalogue into PostgreSQL; a second load changes nothing')
    .option('--file <path>', 'a catalogue file instead of the one in the data folder')
    .option('--radio <path>', 'a file of radio songs instead of those in the data folder')
    .option('--json', 'print the outcome as JSON; progress goes to standard error')
    .action(load)
  catalogue
    .command('status')
    .description(
      'ask the connector how it is, and where its configuration drifted; exit code 1 when it is unready',
    )
    .option('--json', 'print the outcome as JSON')
    .action(status)
  catalogue
    .command('apply')
    .description('create the connector, correct its configuration, start again what failed')
    .option('--anew', 'then read every table anew: a snapshot, then changes')
    .option('--json', 'print the outcome as JSON')
    .action(apply)
  catalogue
    .command('sql')
    .description(
      "run SQL on the catalogue's database, for example \"UPDATE track SET title = 'New' WHERE id = 'song-1'\"",
    )
    .argument('<statements>', 'parted by ; and done all or nothing')
    .option('--json', 'print the outcome as JSON')
    .action(sql)
}

type LoadOptions = { readonly file?: string; readonly radio?: string; readonly json?: boolean }

async function load({ json = false, ...paths }: LoadOptions): Promise<void> {
  const screen = createScreen(json ? process.stderr : process.stdout)
  const env = environmentHere()
  const source = catalogueSourceOf({ projectRoot, env, ...paths })
  screen.line(`Catalogue: ${source.description}`)
  let progress: Progress | undefined
  const loaded = await loadCatalogue({
    database: namesOf(settingsOf(env)).database,
    source,
    onRead: ({ artists, albums, tracks }) => {
      progress = screen.progress('catalogue', artists + albums + tracks)
    },
    onWritten: (count) => progress?.advance(count),
    signal: stopOnInterrupt('\nStopped. What was loaded stays; the next load finishes it.'),
  }).finally(() => progress?.end())
  if (json) console.log(JSON.stringify(loaded))
  else screen.line(wordsOf(loaded))
}

function wordsOf({ counts, written, seconds }: Loaded): string {
  const { artists, albums, tracks } = counts
  const all = `${numberOf(tracks)} tracks, ${numberOf(albums)} albums, ${numberOf(artists)} artists`
  const changed = Object.entries(written).filter(([, count]) => count > 0)
  const what = changed.map(([table, count]) => `${numberOf(count)} ${table}`).join(', ')
  return `${all} in ${durationOf(seconds)}; written: ${what === '' ? 'nothing, all was there' : what}`
}

async function sql(statements: string, { json = false }: Options): Promise<void> {
  const outcomes = await runSql(namesOf(settingsOf(environmentHere())).database, statements)
  if (json) console.log(JSON.stringify(outcomes))
  else
    for (const { command, rowCount, rows } of outcomes) {
      if (rows.length > 0) console.table(rows)
      console.log(`${command} ${rowCount}`)
    }
}

type Options = { readonly json?: boolean }

async function status({ json = false }: Options): Promise<void> {
  const health = await lookAtConnector()
  if (json) console.log(JSON.stringify(health))
  else {
    console.log(health.detail)
    for (const { id, state, reason } of health.tasks)
      if (reason !== undefined) console.log(`  task ${id} ${state}: ${reason}`)
    for (const drift of health.drift) console.log(`  ${driftWordsOf(drift)}`)
  }
  if (health.unready !== null) {
    if (!json) console.log(`Not ready: ${health.unready}`)
    process.exitCode = 1
  }
}

/** Asks Connect and PostgreSQL themselves, so that it works without the connector's process. */
async function lookAtConnector(): Promise<Health> {
  const settings = settingsOf(environmentHere())
  const { connector, database, slot: slotName } = namesOf(settings)
  const api = createConnectApi(settings.connect, connector)
  const slots = createSlotAccess(database, slotName)
  try {
    const [found, seen, slot] = await Promise.all([api.config(), api.status(), slots.read()])
    const drift = found === undefined ? [] : driftOf(found, connectorConfigOf(settings))
    return healthOf({ status: seen, drift, slot })
  } finally {
    await slots.close()
  }
}

async function apply({ anew = false, json = false }: Options & { readonly anew?: boolean }): Promise<void> {
  const settings = settingsOf(environmentHere())
  const { connector, database, slot } = namesOf(settings)
  const migrations = await prepareDatabase(database)
  const api = createConnectApi(settings.connect, connector)
  const applied = await applyConnector(api, connectorConfigOf(settings))
  if (anew) {
    const slots = createSlotAccess(database, slot)
    await readAnew(api, slots).finally(() => slots.close())
  }
  if (json) console.log(JSON.stringify({ connector, migrations, ...applied, anew }))
  else
    for (const line of [...appliedWordsOf(connector, migrations, applied), ...(anew ? [anewWords] : [])])
      console.log(line)
}

const anewWords = 'Every table is read anew.'

function appliedWordsOf(
  connector: string,
  migrations: readonly string[],
  applied: Applied,
): readonly string[] {
  return [
    ...migrations.map((name) => `migrated: ${name}`),
    `${connector}: ${applied.action}`,
    ...applied.drift.map((drift) => `  ${driftWordsOf(drift)}`),
    ...applied.restarted.map((name) => `  restarted ${name}`),
  ]
}

function driftWordsOf({ key, found = '(none)', wanted = '(none)' }: Drift): string {
  return `${key}: ${found} -> ${wanted}`
}
