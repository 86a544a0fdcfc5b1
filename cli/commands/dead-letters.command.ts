import { createCassandraRowStore } from '@reprise/adapters/cassandra/cassandra-row-store.ts'
import { createOpenSearchDocumentStore } from '@reprise/adapters/opensearch/opensearch-document-store.ts'
import { configurationOf, type Configuration } from '@reprise/core/configuration.ts'
import { storeNamesOf } from '@reprise/core/layout/store-names.ts'
import type { EventCodec } from '@reprise/core/ports/event-codec.port.ts'
import { quiet } from '@reprise/core/quiet-logger.ts'
import { findProjections, projectionsFolder } from '@reprise/projectors/engine/find-projections.ts'
import type { DeadLetterAnswer } from '@reprise/schemas/generated/events.ts'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { environmentHere } from '../catalogue/environment-here.ts'
import { createDeadLetterDesk, type DeadLetterDesk } from '../dead-letters/dead-letter-desk.ts'
import { abandonedIn, lettersOf, placeOf, type ListedLetter } from '../dead-letters/dead-letter-list.ts'
import { storedGroupOf } from '../dead-letters/stored-group.ts'
import { withLog } from '../log/with-log.ts'
import { operatorOf } from '../operator/operator-of.ts'

type Common = { readonly token?: string; readonly json?: boolean }
type Chosen = Common & { readonly projection?: string; readonly reason?: string; readonly wait: number }

/** `reprise dead-letters`: what projections could not apply, and what becomes of it. */
export function addDeadLetters(program: Command): void {
  const deadLetters = program
    .command('dead-letters')
    .description('events that projections could not apply; their keys wait, all others go on')
  const verb = (name: string, description: string) =>
    deadLetters
      .command(name)
      .description(description)
      .addOption(
        new Option(
          '--token <token>',
          'a token with the role operator; minted with the keys of this machine if there is none',
        ).env('REPRISE_TOKEN'),
      )
      .option('--json', 'print the outcome as JSON')
  verb('list', 'list the dead letters that wait')
    .option('--projection <name>', 'of one projection alone')
    .option('--all', 'those too that were dealt with')
    .action(list)
  verb('show', 'show a dead letter with its event, and the rows as they stand')
    .argument('<id>', 'projection/version/partition/offset')
    .action(show)
  verb('redrive', 'apply the events after all, with what waits behind them')
    .argument('[ids...]', 'projection/version/partition/offset')
    .option('--projection <name>', 'all that wait of one projection')
    .option('--reason <text>', 'why')
    .addOption(waitOption())
    .action((ids: readonly string[], options: Chosen) => ask('redrive', ids, options))
  verb('discard', 'leave events out for ever, and apply what waits behind them')
    .argument('<ids...>', 'projection/version/partition/offset')
    .requiredOption('--reason <text>', 'why')
    .addOption(waitOption())
    .action((ids: readonly string[], options: Chosen) => ask('discard', ids, options))
}

const waitOption = () =>
  new Option('--wait <seconds>', 'how long to wait for each answer').default(30).argParser(secondsOf)

function secondsOf(text: string): number {
  const seconds = text.trim() === '' ? NaN : Number(text)
  if (!(seconds >= 0 && seconds <= 3_600)) throw new InvalidArgumentError('Send seconds from 0 to 3600.')
  return seconds
}

async function list({ projection, all = false, ...common }: Common & { projection?: string; all?: boolean }) {
  await atDesk(common, async ({ desk }) => {
    const declared = await declaredNames()
    const own = lettersOf(await desk.list(), projection, declared)
    const letters = all ? own : own.filter(({ state }) => state === 'waiting')
    if (common.json) {
      print(letters.map(plain))
      return
    }
    if (letters.length === 0) console.log('No dead letter waits.')
    for (const letter of letters) console.log(lineOf(letter))
    for (const name of abandonedIn(letters, declared))
      console.log(
        `No projection ${name} is declared here any more: unless it runs elsewhere, nobody answers.`,
      )
  })
}

async function show(id: string, common: Common) {
  await atDesk(common, async ({ desk, codec, configuration }) => {
    const letter = await letterNamed(desk, id)
    const record = await desk.recordOf(letter)
    const event = record && (await decoded(codec, record.value))
    const groups = await groupsAsStored(letter, configuration)
    if (common.json) print({ ...plain(letter), event: event ?? null, rows: groups })
    else {
      console.log(`${lineOf(letter)}\n\n${letter.stack}\n`)
      console.log(event === undefined ? `can't be read: ${letter.value?.toString('hex') ?? ''}` : event)
      for (const [group, rows] of Object.entries(groups)) console.log(`\n${group}`, rows)
    }
  })
}

async function ask(verb: 'redrive' | 'discard', ids: readonly string[], options: Chosen) {
  await atDesk(options, async ({ desk, operator }) => {
    const chosen = await chosenLetters(desk, ids, options.projection)
    const outcomes: (Partial<DeadLetterAnswer> & { readonly id: string })[] = []
    // One after the other: what waits behind the first may be the next.
    for (const letter of chosen) {
      const timeoutMs = options.wait * 1_000
      const answer = await desk.ask(letter, { verb, reason: options.reason ?? '', by: operator, timeoutMs })
      outcomes.push({ id: letter.id, ...answer })
      if (!options.json)
        console.log(`${letter.id}: ${answer ? `${answer.outcome}, ${answer.detail}` : noAnswerTo(letter)}`)
    }
    if (options.json) print(outcomes)
    if (outcomes.some(({ outcome }) => outcome !== 'redriven' && outcome !== 'discarded'))
      process.exitCode = 1
  })
}

const noAnswerTo = ({ state, version }: ListedLetter) =>
  state === 'superseded'
    ? `no projector runs version ${version} any more; what still waits has a letter of the version that took over`
    : 'no projector has answered yet; the request stands in the log and is carried out when one runs'

async function chosenLetters(desk: DeadLetterDesk, ids: readonly string[], projection: string | undefined) {
  if ((ids.length === 0) === (projection === undefined))
    throw new Error('name dead letters by their ids, or a projection with --projection')
  if (projection === undefined) return Promise.all(ids.map((id) => letterNamed(desk, id)))
  const own = lettersOf(await desk.list(), projection, await declaredNames())
  const waiting = own.filter(({ state }) => state === 'waiting')
  if (waiting.length === 0) console.error(`No dead letter of ${projection} waits.`)
  return waiting
}

const declaredNames = async () => new Set((await findProjections(projectionsFolder)).map(({ name }) => name))

async function letterNamed(desk: DeadLetterDesk, id: string): Promise<ListedLetter> {
  placeOf(id)
  const letter = (await desk.list()).find((each) => each.id === id)
  if (letter === undefined) throw new Error(`there is no dead letter ${id}`)
  return letter
}

type Desk = {
  readonly desk: DeadLetterDesk
  readonly codec: EventCodec
  readonly operator: string
  readonly configuration: Configuration
}

async function atDesk({ token }: Common, work: (desk: Desk) => Promise<void>): Promise<void> {
  const configuration = configurationOf(environmentHere())
  const operator = await operatorOf(token, configuration)
  await withLog(configuration, ({ log, codec }) =>
    work({ desk: createDeadLetterDesk({ log, codec, warn: console.error }), codec, operator, configuration }),
  )
}

async function decoded(codec: EventCodec, value: Buffer): Promise<unknown> {
  try {
    await codec.learn([value])
    return codec.decode(value)
  } catch {
    return undefined
  }
}

async function groupsAsStored(
  { projection: name, version, groups }: ListedLetter,
  configuration: Configuration,
) {
  const {
    cassandra: contactPoints,
    cassandraDatacenter: datacenter,
    openSearch: node,
    namespace,
  } = configuration
  const { keyspace, indexPrefix } = storeNamesOf(namespace)
  const all = await findProjections(projectionsFolder)
  const projection = all.find((each) => each.name === name && each.version === version)
  if (projection === undefined || !('on' in projection)) return {}
  const rows = await createCassandraRowStore({ contactPoints, datacenter, keyspace, logger: quiet })
  const documents = createOpenSearchDocumentStore({ node, prefix: indexPrefix, logger: quiet })
  try {
    const stored = await Promise.all(
      groups.map((group) => storedGroupOf(projection, group, { rows, documents })),
    )
    return Object.fromEntries(groups.map((group, at) => [group, stored[at]]))
  } finally {
    await Promise.all([rows.close(), documents.close()])
  }
}

const lineOf = ({ id, state, groups, eventType, attempt, error }: ListedLetter) =>
  `${id}  ${state}  ${groups.join(', ')}  ${eventType} (attempt ${attempt}): ${error}`

/** Bytes as text, for JSON. */
const plain = ({ value, ...letter }: ListedLetter) => ({
  ...letter,
  value: value?.toString('base64') ?? null,
})

const print = (value: unknown): void =>
  console.log(
    JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? String(part) : part)),
  )
