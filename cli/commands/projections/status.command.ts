import { setTimeout as pause } from 'node:timers/promises'
import type { ProjectionStatus } from '@reprise/projectors/engine/projection-status.ts'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { askOperator } from '../../operator/ask-operator.ts'
import { togetherOf } from '../../projections/projections-together.ts'
import { oneLine, statusLinesOf } from '../../projections/status-lines.ts'

type Options = {
  readonly address?: readonly string[]
  readonly token?: string
  readonly every: number
  readonly once?: boolean
  readonly json?: boolean
}

/** `reprise projections status`: how far every projection is; a table that is drawn anew on a terminal. */
export function addProjectionsStatus(projections: Command): void {
  projections
    .command('status')
    .description(
      'show how far every projection is: state, lag, rate, watermark, quarantined keys, cache hits',
    )
    .option('--address <urls...>', "the projectors' HTTP addresses, if they are not those of this machine")
    .addOption(
      new Option(
        '--token <token>',
        'a token with the role operator; minted with the keys of this machine if there is none',
      ).env('REPRISE_TOKEN'),
    )
    .addOption(new Option('--every <seconds>', 'draw anew so often').default(1).argParser(secondsIn))
    .option('--once', 'print the table once; the default where the output is no terminal')
    .option('--json', 'print the status as JSON, once')
    .action(run)
}

async function run({ address = [], token, every, once = false, json = false }: Options): Promise<void> {
  const look = () => statusOf(address, token)
  if (json) {
    const projections = await look()
    console.log(JSON.stringify({ projections }))
    process.exitCode = exitCodeOf(projections)
    return
  }
  const color = process.stdout.isTTY && process.env.NO_COLOR === undefined
  if (once || !process.stdout.isTTY) {
    const projections = await look()
    console.log(statusLinesOf(projections, { color, width: Infinity }).join('\n'))
    process.exitCode = exitCodeOf(projections)
    return
  }
  await drawAgainAndAgain(look, every * 1_000)
}

/** Several processes share the partitions; one that doesn't answer is an error, since its part would be missing. */
async function statusOf(addresses: readonly string[], token: string | undefined) {
  const asked = addresses.length > 0 ? addresses : [undefined]
  const answers = await Promise.all(
    asked.map((address) =>
      askOperator<{ readonly projections: readonly ProjectionStatus[] }>({
        address,
        token,
        path: '/v1/projections',
      }),
    ),
  )
  return togetherOf(answers.map(({ projections }) => projections))
}

async function drawAgainAndAgain(
  look: () => Promise<readonly ProjectionStatus[]>,
  everyMs: number,
): Promise<void> {
  const stopping = new AbortController()
  process.once('SIGINT', () => stopping.abort())
  for (let height = 0; !stopping.signal.aborted;) {
    const { columns, rows } = process.stdout
    const width = columns - 1
    const drawn = await look().then(
      (projections) => statusLinesOf(projections, { color: process.env.NO_COLOR === undefined, width }),
      (error: unknown) => [oneLine((error as Error).message, width)],
    )
    // What has scrolled away, or was wrapped, can't be drawn over.
    const lines = drawn.slice(0, rows - 1)
    const up = height > 0 ? `\u001B[${height}A\u001B[J` : ''
    process.stdout.write(up + lines.map((line) => `${line}\n`).join(''))
    height = lines.length
    await pause(everyMs, undefined, { signal: stopping.signal }).catch(() => undefined)
  }
}

/** 1 when a projection needs somebody. */
function exitCodeOf(projections: readonly ProjectionStatus[]): number {
  return projections.some(({ state }) => state === 'stopped' || state === 'stalled') ? 1 : 0
}

function secondsIn(text: string): number {
  const seconds = Number(text)
  if (!(seconds >= 0.2 && seconds <= 3_600)) throw new InvalidArgumentError('Send seconds from 0.2 to 3600.')
  return seconds
}
