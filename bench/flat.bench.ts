import { v7 as uuidv7 } from 'uuid'
import { type Figure, type Measured, openCalls } from './measure.ts'
import { type Engines, openOwnNamespace } from './own-namespace.ts'
import { createWritePath, type WritePath } from './write-path.ts'

const playlists = Number(process.env['BENCH_FLAT_PLAYLISTS'] ?? 100_000)
const minutes = Number(process.env['BENCH_FLAT_MINUTES'] ?? 5)
const minuteSeconds = 60
const perSecond = 2_000
const tracks = 100
const loops = 200

type Minute = Measured & { readonly rssMb: number; readonly heapMb: number }

/** Many long playlists edited at random for minutes: what is remembered of them, and for how long each waits, stays the same. */
export const benchFlat = async (engines: Engines): Promise<readonly Figure[]> => {
  const { log, codec, rows, close } = await openOwnNamespace(engines, 16)
  const path = await createWritePath({ log, rows, codec })
  const ids = Array.from({ length: playlists }, () => uuidv7())
  await fill(path, ids)
  const measured: Minute[] = []
  for (let nth = 1; nth <= minutes; nth++) measured.push(await minute(path, ids, nth))
  await path.commands.close()
  await close()
  const [first, last] = [measured[0], measured.at(-1)]
  if (first === undefined || last === undefined) return []
  return [
    flatFigure('memory', 'MB (rss, highest)', first.rssMb, last.rssMb),
    flatFigure('latency', 'ms (p50)', first.p50Ms, last.p50Ms),
    flatFigure('latency', 'ms (p99)', first.p99Ms, last.p99Ms),
  ]
}

const fill = async (path: WritePath, ids: readonly string[]): Promise<void> => {
  const rest = ids.values()
  const one = async () => {
    for (const id of rest) {
      await path.create(id)
      await path.addMany(id, tracks)
    }
  }
  const begin = performance.now()
  await Promise.all(Array.from({ length: loops }, one))
  const took = Math.round((performance.now() - begin) / 1_000)
  console.log(`${ids.length} playlists of ${tracks} tracks were made in ${took} s`)
}

const minute = async (path: WritePath, ids: readonly string[], nth: number): Promise<Minute> => {
  let rssMb = 0
  let heapMb = 0
  const timer = setInterval(() => {
    const { rss, heapUsed } = process.memoryUsage()
    rssMb = Math.max(rssMb, Math.round(rss / 1e6))
    heapMb = Math.max(heapMb, Math.round(heapUsed / 1e6))
  }, 1_000)
  const edit = () => path.moveOne(ids[Math.floor(Math.random() * ids.length)] ?? '')
  const measured = await openCalls(edit, perSecond, minuteSeconds)
  clearInterval(timer)
  const { p50Ms, p99Ms } = measured
  console.log(`minute ${nth}: p50 ${p50Ms} ms, p99 ${p99Ms} ms; rss ${rssMb} MB, heap ${heapMb} MB at most`)
  return { ...measured, rssMb, heapMb }
}

/** The last minute beside the first one. */
const flatFigure = (what: string, unit: string, first: number, last: number): Figure => {
  const ratio = Math.round((last / first) * 100) / 100
  return {
    section: 'commands',
    figure: `${what} in the last of ${minutes} minutes against the first: ${playlists} playlists of ${tracks} tracks, ${perSecond} edits/s`,
    value: last,
    unit,
    ceiling: first,
    ratio,
    goal: 'flat: ≤ 1.2 of the first minute',
    holds: ratio <= 1.2,
  }
}
