import { randomUUID } from 'node:crypto'
import { startProcesses, type CommandProcesses } from './command-processes.ts'
import { load, type Loaded } from './http-load.ts'
import type { Figure } from './measure.ts'

type Environment = Readonly<Record<string, string | undefined>>

const seconds = 20
const playlistCount = 10_000
const connections = 256
/** Nobody waits longer, whatever the load. */
const deadlineMs = 10_000
const main = 'producers/main.ts'
const bare = 'bench/bare-express.ts'

/** Commands over HTTP: as requests of their own, at three times what is sustainable, and as lines. */
export const benchHttp = async (environment: Environment): Promise<readonly Figure[]> => [
  ...(await benchRequests(environment)),
  await benchLines(environment),
]

const benchRequests = async (environment: Environment): Promise<readonly Figure[]> => {
  const ceiling = await on({ environment, count: 1, program: bare }, ({ ports, token }) =>
    load({ ports, token, send: 'edits', playlists: [randomUUID()], connections, seconds: 10 }),
  )
  return on({ environment, count: 1, program: main }, async (processes) => {
    const playlists = await createPlaylists(processes)
    const { ports, token } = processes
    const job = { ports, token, send: 'edits', playlists, seconds } as const
    const peak = await load({ ...job, connections })
    const half = await load({ ...job, connections: 1_000, perSecond: Math.round(peak.perSecond / 2) })
    const over = await load({ ...job, connections: 3_000, perSecond: peak.perSecond * 3 })
    return [
      ratioFigure({ figure: 'one request per command over HTTP', measured: peak, ceiling, goal: 0.6 }),
      latencyFigure(half),
      overloadFigure(over, peak),
    ]
  })
}

const benchLines = async (environment: Environment): Promise<Figure> => {
  const count = 2
  const ceiling = await on({ environment, count, program: bare }, ({ ports, token }) =>
    load({ ports, token, send: 'lines', playlists: [randomUUID()], streams: 8, seconds: 10 }),
  )
  return on({ environment, count, program: main }, async (processes) => {
    const playlists = await createPlaylists(processes)
    const { ports, token } = processes
    const measured = await load({ ports, token, send: 'lines', playlists, streams: 8, seconds })
    const figure = 'commands through POST /v1/commands, 2 processes'
    tell(figure, measured)
    return {
      section: 'commands',
      figure,
      value: measured.perSecond,
      unit: 'commands/s',
      ceiling: ceiling.perSecond,
      ratio: rounded(measured.perSecond / ceiling.perSecond),
      goal: '≥ 15,000/s',
      holds: measured.perSecond >= 15_000 && isClean(measured),
    }
  })
}

const on = async <T>(
  options: Parameters<typeof startProcesses>[0],
  measure: (processes: CommandProcesses) => Promise<T>,
): Promise<T> => {
  const processes = await startProcesses(options)
  return measure(processes).finally(processes.stop)
}

/** See {@link load}; playlists of the measurement's own. */
const createPlaylists = async ({ ports, token }: CommandProcesses): Promise<readonly string[]> => {
  const ids = Array.from({ length: playlistCount }, () => randomUUID())
  const body = { name: 'bench', visibility: 'public' }
  const lines = ids.map((id) => JSON.stringify({ method: 'PUT', path: `/v1/playlists/${id}`, body }))
  const response = await fetch(`http://127.0.0.1:${ports[0]}/v1/commands`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' },
    body: lines.join('\n'),
  })
  const made = (await response.text()).match(/"status":201/g)?.length ?? 0
  if (made !== playlistCount) throw new Error(`${made} of ${playlistCount} playlists were made`)
  return ids
}

const ratioFigure = (given: {
  readonly figure: string
  readonly measured: Loaded
  readonly ceiling: Loaded
  readonly goal: number
}): Figure => {
  const { figure, measured, ceiling, goal } = given
  tell(figure, measured)
  tell('  bare express', ceiling)
  const ratio = rounded(measured.perSecond / ceiling.perSecond)
  return {
    section: 'commands',
    figure,
    value: measured.perSecond,
    unit: 'commands/s',
    ceiling: ceiling.perSecond,
    ratio,
    goal: `ratio ≥ ${goal}`,
    holds: ratio >= goal && isClean(measured),
  }
}

const latencyFigure = (half: Loaded): Figure => {
  const figure = 'one request per command over HTTP, p99 at half of that, open loop'
  tell(figure, half)
  const holds = half.p99Ms <= 25 && half.refused === 0 && isClean(half)
  const common = { section: 'commands', figure, unit: 'ms', goal: '≤ 25 ms', holds }
  return { ...common, value: half.p99Ms, ceiling: half.p50Ms, ratio: rounded(half.p99Ms / half.p50Ms) }
}

const overloadFigure = (over: Loaded, peak: Loaded): Figure => {
  const figure = 'goodput at three times the sustainable load'
  tell(figure, over)
  const ratio = rounded(over.perSecond / peak.perSecond)
  const holds = ratio >= 0.8 && isClean(over) && over.worstMs <= deadlineMs
  const common = { section: 'commands', figure, unit: 'commands/s', goal: 'ratio ≥ 0.8', holds }
  return { ...common, value: over.perSecond, ceiling: peak.perSecond, ratio }
}

const isClean = ({ others, refusedWithoutRetryAfter }: Loaded) =>
  Object.keys(others).length === 0 && refusedWithoutRetryAfter === 0

const tell = (what: string, loaded: Loaded): void => {
  console.log(
    `${what}: ${loaded.perSecond}/s, p50 ${loaded.p50Ms} ms, p99 ${loaded.p99Ms} ms, worst ${loaded.worstMs} ms; ` +
      `${loaded.refused} refused (p99 ${loaded.refusedP99Ms} ms, ${loaded.refusedWithoutRetryAfter} without Retry-After); ` +
      `${loaded.unsent} unsent; others ${JSON.stringify(loaded.others)}`,
  )
}

const rounded = (ratio: number) => Math.round(ratio * 100) / 100
