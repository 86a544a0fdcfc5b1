import { randomUUID } from 'node:crypto'
import { createSeededRandom } from '@reprise/cli/demo/seeded-random.ts'
import type { Checker, Verdict } from './check-history.ts'
import { type Fault, play, scheduleOf } from './fault-schedule.ts'
import { readList } from './final-read.ts'
import type { Fleet } from './fleet.ts'
import { createRecorder } from './history.ts'
import { type Known, runRandomClient } from './random-client.ts'

/** What one schedule came to. */
export type ScheduleResult = {
  readonly seed: number
  readonly schedule: readonly Fault[]
  readonly verdicts: readonly Verdict[]
  /** How many requests ended how. */
  readonly ended: Readonly<Record<'ok' | 'fail' | 'unknown', number>>
}

const clientCount = 30
const playlistCount = 16
const userId = 'ann'

/**
 * Random clients on fresh playlists while the faults of this seed happen, and for a while after; then everything is
 * read once more, and the checker says whether it all can be told of one playlist at a time.
 */
export const runSchedule = async (fleet: Fleet, checker: Checker, seed: number): Promise<ScheduleResult> => {
  const { platform, members } = fleet
  const schedule = scheduleOf(
    createSeededRandom(seed),
    members.map(({ name }) => name),
  )
  const recorder = createRecorder()
  const token = await platform.tokenOf(userId)
  const playlists = Array.from({ length: playlistCount }, (): Known => ({
    id: randomUUID(),
    version: 0,
    items: [],
  }))
  const origins = members.map(({ origin }) => origin)
  let isOver = false
  const clients = Array.from({ length: clientCount }, (_, nth) => {
    const random = createSeededRandom(seed * 1_000 + nth)
    const client = { process: `c${nth}`, userId, token, random, origins, playlists, recorder }
    return runRandomClient(client, () => isOver)
  })
  try {
    await Promise.race([play(fleet, schedule), failureOf(clients)])
    await Promise.race([new Promise((resolve) => setTimeout(resolve, 1_000)), failureOf(clients)])
  } finally {
    isOver = true
  }
  await Promise.all(clients)
  for (const { id } of playlists) await readList(platform, token, recorder, id)
  const ended = { ok: 0, fail: 0, unknown: 0 }
  for (const { kind } of recorder.lines) if (kind !== 'invoke') ended[kind]++
  return { seed, schedule, verdicts: await checker.check(recorder.lines), ended }
}

/** Rejects when a client meets an answer that it can't understand. */
const failureOf = (clients: readonly Promise<void>[]): Promise<never> =>
  new Promise((_resolve, reject) => void Promise.all(clients).catch(reject))

/** What people need to see of a schedule that failed: its seed, its faults, the smallest wrong history. */
export const reportOf = ({ seed, schedule, verdicts }: ScheduleResult): string | undefined => {
  const wrong = verdicts.filter(({ result }) => result !== 'Ok')
  if (wrong.length === 0) return undefined
  const smallest = wrong.toSorted((a, b) => (a.history?.length ?? 0) - (b.history?.length ?? 0))[0]
  const lines = [...schedule, ...(smallest?.history ?? [])].map((line) => JSON.stringify(line))
  return `seed ${seed}: ${wrong.length} of ${verdicts.length} playlists are ${wrong[0]?.result ?? ''}\n${lines.join('\n')}`
}
