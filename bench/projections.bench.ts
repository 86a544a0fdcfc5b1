import { ensureTopics } from '@reprise/adapters/kafka/topics.ts'
import { configurationOf } from '@reprise/core/configuration.ts'
import { figureOf, type Figure } from './measure.ts'
import { connect, quiet } from './projecting/connections.ts'
import { fillTopic } from './projecting/fill-topic.ts'
import { playRecords } from './projecting/play-records.ts'
import { playlistRecords } from './projecting/playlist-records.ts'
import { benchVisibility } from './projecting/visibility.ts'
import { type Run, runWorker } from './projecting/workers.ts'

type Environment = Readonly<Record<string, string | undefined>>

const plays = Number(process.env['BENCH_PLAYS'] ?? 300_000)
const edits = Number(process.env['BENCH_EDITS'] ?? 300_000)
const counts = { 'playback-events': plays, 'playlist-events': edits }
/** What there are workloads for. */
type Topic = keyof typeof counts
const partitions = 16
const section = 'projections'

/** Catching up from the start of a topic, in a worker process, and how soon a command is visible. */
export const benchProjections = async (environment: Environment): Promise<readonly Figure[]> => {
  const only = process.env['BENCH_ONLY']?.split(',')
  await warmUp(environment)
  const figures: Figure[] = []
  for (const [topic, benches] of Object.entries(sections)) {
    const chosen = Object.entries(benches).filter(([name]) => only?.includes(name) ?? true)
    if (chosen.length === 0) continue
    const own = await filled(topic as Topic, environment)
    for (const [, bench] of chosen) figures.push(...(await bench(own)))
  }
  return figures
}

/** Engines that have just started take three times as long for everything, until their JVMs have compiled what is used. */
const warmUp = async (environment: Environment): Promise<void> => {
  const job = { topic: 'playback-events', projections: ['song-counts'], store: 'real' } as const
  for (let round = 0; round < 4; round++) {
    const own = await filled(job.topic, environment, 300_000)
    await runWorker('engine', job, own)
    await runWorker('bare', job, own)
  }
}

/** A namespace of its own for a topic, so that nothing else is to be read there. */
const filled = async (
  topic: Topic,
  environment: Environment,
  count = counts[topic],
): Promise<Environment> => {
  const namespace = `bench_${topic.slice(0, 5)}_${Date.now().toString(36)}`
  const own = { ...environment, REPRISE_NAMESPACE: namespace }
  Object.assign(process.env, own)
  const { kafka: brokers } = configurationOf(process.env)
  await ensureTopics({ brokers, namespace, partitions, logger: quiet })
  const { log, codec, close } = await connect()
  const next =
    topic === 'playback-events' ? playRecords(codec, partitions) : playlistRecords(codec, partitions)
  await fillTopic({ log, topic, next, count })
  await close()
  return own
}

const catchUp = async (options: {
  readonly figure: string
  readonly topic: Topic
  readonly projections: readonly string[]
  readonly bare: string
  readonly ratioMin?: number
  readonly own: Environment
}): Promise<{ readonly run: Run; readonly figures: readonly Figure[] }> => {
  const { figure, topic, projections, own, ratioMin = 0 } = options
  const run = await runWorker('engine', { topic, projections, store: 'real' }, own)
  const bare = await runWorker('bare', { topic, projections: [options.bare], store: 'real' }, own)
  const goal = `≥ 40,000/s${ratioMin > 0 ? ` and ratio ≥ ${ratioMin}` : ''}`
  const measured = { section, figure, value: run.perSecond, unit: 'events/s', ceiling: bare.perSecond, goal }
  const made = figureOf(measured, ({ value, ratio }) => value >= 40_000 && ratio >= ratioMin)
  return { run, figures: [made] }
}

/** What one run of song counts says of memory and time, at a tenth, three tenths, a half and all of its events. */
const growth = ({ events, marks }: Run): readonly Figure[] => {
  const at = (part: number) => marks.find((mark) => mark.events >= events * part) ?? marks.at(-1)
  const memory = [0.1, 0.5, 1].map((part) => at(part)?.rss ?? 0)
  const seconds = [0.1, 0.3, 1].map((part) => (at(part)?.ms ?? 0) / 1_000)
  const [first = 0, , all = 0] = seconds
  const most = Math.max(...marks.map(({ rss }) => rss))
  const common = { section, ceiling: 400, goal: 'flat, ≤ 400 MB' }
  const sizes = [0.1, 0.3, 0.5, 1].map((part) => Math.round(events * part).toLocaleString('en'))
  console.log(`song counts: ${memory.join(', ')} MB at ${sizes[0]}, ${sizes[2]} and ${sizes[3]} events`)
  console.log(`song counts: ${seconds.join(', ')} s for ${sizes[0]}, ${sizes[1]} and ${sizes[3]} events`)
  return [
    figureOf(
      { ...common, figure: `most memory of a worker, ${sizes[3]} events`, value: most, unit: 'MB' },
      ({ value }) => value <= 400,
    ),
    figureOf(
      {
        section,
        figure: `time of all ${sizes[3]} events beside ten times the first tenth`,
        value: all,
        unit: 's',
        ceiling: first * 10,
        goal: 'linear',
      },
      ({ ratio }) => ratio <= 1.15,
    ),
  ]
}

const engineAlone = async (own: Environment): Promise<readonly Figure[]> => {
  const job = { topic: 'playlist-events', projections: ['playlist-details'], store: 'none' } as const
  const run = await runWorker('engine', job, own)
  const bare = await runWorker('bare', { ...job, projections: ['none'] }, own)
  const figure = 'the engine alone, its store takes everything and does nothing'
  const measured = { section, figure, value: run.perSecond, unit: 'events/s', ceiling: bare.perSecond }
  return [figureOf({ ...measured, goal: 'ratio ≥ 0.5' }, ({ ratio }) => ratio >= 0.5)]
}

const songCounts = async (own: Environment): Promise<readonly Figure[]> => {
  const { run, figures } = await catchUp({
    figure: `song counts catch up, ${plays} plays`,
    topic: 'playback-events',
    projections: ['song-counts'],
    bare: 'song-counts',
    own,
  })
  return [...figures, ...growth(run)]
}

const listeningHistory = async (own: Environment): Promise<readonly Figure[]> =>
  (
    await catchUp({
      figure: `listening history catches up, ${plays} plays`,
      topic: 'playback-events',
      projections: ['listening-history'],
      bare: 'listening-history',
      ratioMin: 0.7,
      own,
    })
  ).figures

const playlists = async (own: Environment): Promise<readonly Figure[]> =>
  (
    await catchUp({
      figure: `playlists (details and tracks) catch up, ${edits} events`,
      topic: 'playlist-events',
      projections: ['playlist-details', 'playlist-tracks'],
      bare: 'playlists',
      own,
    })
  ).figures

/** All projections of a topic from its beginning, with one reader and with a reader each: both begin with no views. */
const together =
  (topic: Topic): Bench =>
  async (environment) => {
    const job = { topic, projections: [], store: 'real' } as const
    const each = await runWorker('engine', { ...job, readers: 'own' }, await filled(topic, environment))
    const one = await runWorker('engine', job, await filled(topic, environment))
    const memory = [each, one].map(({ marks }) => Math.max(...marks.map(({ rss }) => rss)))
    console.log(
      `${topic}: ${each.cpuMicrosPerEvent} → ${one.cpuMicrosPerEvent} µs of CPU an event, ${memory.join(' → ')} MB`,
    )
    const figure = `all projections of ${topic} catch up together, beside a reader each`
    const measured = { section, figure, value: one.perSecond, unit: 'events/s', ceiling: each.perSecond }
    return [figureOf({ ...measured, goal: 'ratio ≥ 1' }, ({ ratio }) => ratio >= 1)]
  }

type Bench = (own: Environment) => Promise<readonly Figure[]>

const sections: Readonly<Record<Topic, Readonly<Record<string, Bench>>>> = {
  'playlist-events': {
    engine: engineAlone,
    playlists,
    visibility: benchVisibility,
    'playlists-together': together('playlist-events'),
  },
  'playback-events': {
    'song-counts': songCounts,
    'listening-history': listeningHistory,
    'plays-together': together('playback-events'),
  },
}
