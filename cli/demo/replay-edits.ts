import type { Acknowledgements } from './acknowledgements.ts'
import type { ApiAnswer, ApiClient } from './api-client.ts'
import type { EditRun } from './edit-runs.ts'
import { createLanes } from './lanes.ts'
import { createPlaylistPlan, type PlannedCommand } from './playlist-plan.ts'
import type { Progress } from './screen.ts'
import { createStanding } from './standing.ts'

/** What a replay came to. */
export type Replayed = {
  readonly operations: number
  readonly runs: number
  /** What the runs became; some of it may have been there from an earlier demo. */
  readonly commands: number
  /** Answered with success now. */
  readonly acknowledged: number
  /** Found applied by an earlier demo, or by a request whose answer was lost. */
  readonly found: number
  readonly seconds: number
}

/** A command was refused that the plan says must be accepted. */
export class UnexpectedAnswer extends Error {
  override readonly name = 'UnexpectedAnswer'
}

type Sent = {
  readonly command: PlannedCommand
  /** How many rows are done with it. */
  readonly operations: number
}

/**
 * Sends every run through the command API: playlists side by side, the commands of one after the other. What an
 * earlier demo did is found and not sent again.
 */
export const replayEdits = async (options: {
  readonly runs: AsyncIterable<EditRun>
  readonly client: ApiClient
  readonly acknowledgements: Acknowledgements
  readonly progress: Progress
  readonly inFlightMax: number
}): Promise<Replayed> => {
  const startedAt = Date.now()
  const counts = { operations: 0, runs: 0, commands: 0, acknowledged: 0, found: 0 }
  const plans = new Map<string, ReturnType<typeof createPlaylistPlan>>()
  const standing = createStanding(options.client)

  const work = async ({ command, operations }: Sent) => {
    const outcome = await submit(command, options.client, standing)
    const isNew = outcome !== 'found' && options.acknowledgements.record(outcome)
    counts[isNew ? 'acknowledged' : 'found'] += 1
    options.progress.advance(operations)
  }
  const lanes = createLanes<Sent>({ inFlightMax: options.inFlightMax, pendingMax: 2_000, work })

  for await (const run of options.runs) {
    const plan = plans.get(run.playlistId) ?? createPlaylistPlan(run.playlistId)
    plans.set(run.playlistId, plan)
    const commands = plan.commandsOf(run)
    counts.operations += run.rows.length
    counts.runs += 1
    counts.commands += commands.length
    if (commands.length === 0) options.progress.advance(run.rows.length)
    for (const [at, command] of commands.entries())
      await lanes.add(run.playlistId, {
        command,
        operations: at === commands.length - 1 ? run.rows.length : 0,
      })
  }
  await lanes.end()
  return { ...counts, seconds: (Date.now() - startedAt) / 1_000 }
}

type Standing = ReturnType<typeof createStanding>

const submit = async (command: PlannedCommand, client: ApiClient, standing: Standing) => {
  const { playlistId, ownerId, version } = command
  if (version <= (await standing.of(playlistId, ownerId))) return 'found'
  const answer = await client.request({
    api: 'command',
    method: command.method,
    path: command.path,
    userId: ownerId,
    headers: {
      'idempotency-key': command.idempotencyKey,
      ...(version > 1 && { 'if-match': `"${version - 1}"` }),
    },
    body: command.body,
  })
  const token = answer.header('reprise-position')
  if (answer.status < 300 && standing.versionIn(answer) === version && token !== undefined)
    return { playlistId, version, token }
  if (standing.isBeyond(command, answer)) return 'found'
  throw new UnexpectedAnswer(refusalOf(command, answer))
}

const refusalOf = ({ archiveId, version, method, path }: PlannedCommand, answer: ApiAnswer): string =>
  `command ${version} of playlist ${archiveId} (${method} ${path}) should have made version ${version}, but the ` +
  `answer was ${answer.status}, ETag ${answer.header('etag') ?? 'missing'}: ${JSON.stringify(answer.json)}`
