import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { createInterface } from 'node:readline/promises'
import type { Command } from 'commander'
import {
  type NewFiles,
  newProjectionOf,
  type ProjectedTopic,
  projectedTopics,
  topicOf,
} from '../../projections/new-projection.ts'

type Options = { readonly from?: string; readonly event?: readonly string[]; readonly json?: boolean }

const root = join(import.meta.dirname, '..', '..', '..')

/** `reprise projections new <name>`: writes a projection and its test, which work as they are. */
export function addNewProjection(projections: Command): void {
  projections
    .command('new')
    .description('write a new projection and its test')
    .argument('<name>', 'what readers will call it: artist-fans')
    .option('--event <types...>', 'the events that change it: TrackLiked TrackUnliked')
    .option(
      '--from <topic>',
      `instead of events, a topic with all of them: ${Object.keys(projectedTopics).join(', ')}`,
    )
    .option('--json', 'print the outcome as JSON')
    .action(run)
}

async function run(name: string, options: Options): Promise<void> {
  const { from, events } = await chosen(options)
  const files = newProjectionOf({ name, from, events })
  const paths = [`${name}.projection.ts`, `${name}.test.ts`].map((file) => join(root, 'projectors', file))
  const [projection = '', test = ''] = paths
  const there = paths.find((path) => existsSync(path))
  if (there !== undefined) throw new Error(`${relative(process.cwd(), there)} is there already`)
  // "wx": whoever writes the same name at the same time loses.
  await writeFile(projection, files.projection, { flag: 'wx' })
  await writeFile(test, files.test, { flag: 'wx' })
  formatted(paths)
  const written = paths.map((path) => relative(process.cwd(), path))
  if (options.json === true)
    console.log(JSON.stringify({ name, from, events, files: written, route: files.route }))
  else console.log(words(written, files))
}

async function chosen({
  from,
  event,
}: Options): Promise<{ from: ProjectedTopic; events: readonly string[] }> {
  const events = event?.flatMap((types) => types.split(',')).filter((type) => type !== '')
  if (events !== undefined && events.length > 0) {
    const topic = topicOf(events)
    if (from !== undefined && from !== topic)
      throw new Error(`${events.join(', ')}: of ${topic}, not of ${from}`)
    return { from: topic, events }
  }
  if (from === undefined) return chosen({ event: [await asked()] })
  if (!(from in projectedTopics))
    throw new Error(`there is no topic ${from}; there are ${Object.keys(projectedTopics).join(', ')}`)
  return { from: from as ProjectedTopic, events: projectedTopics[from as ProjectedTopic] }
}

async function asked(): Promise<string> {
  const choice = Object.entries(projectedTopics).map(([topic, events]) => `  ${topic}: ${events.join(', ')}`)
  if (!process.stdin.isTTY)
    throw new Error(`name the events with --event, or a topic with --from:\n${choice.join('\n')}`)
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return await terminal.question(`${choice.join('\n')}\nWhich events change it? (separated by commas) `)
  } finally {
    terminal.close()
  }
}

/** As `make check` wants it. Where prettier isn't installed there is no check either. */
function formatted(paths: readonly string[]): void {
  const prettier = join(root, 'node_modules', 'prettier', 'bin', 'prettier.cjs')
  if (existsSync(prettier)) spawnSync(process.execPath, [prettier, '--write', ...paths], { cwd: root })
}

const words = ([projection = '', test = '']: readonly string[], { route }: NewFiles) =>
  [
    projection,
    test,
    '',
    `See what it makes of real events:  reprise projections try ${projection}`,
    `Once the services run it:          GET ${route}`,
  ].join('\n')
