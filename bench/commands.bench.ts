import { v7 as uuidv7 } from 'uuid'
import type { EventType } from '@reprise/core/event.ts'
import type { EventCodec } from '@reprise/core/ports/event-codec.port.ts'
import { commandFlags } from '@reprise/infra/parts.ts'
import { heapFlag } from '@reprise/producers/threads/write-path-thread.ts'
import type { Log, LogRecord } from '@reprise/core/ports/log.port.ts'
import { partitionOf } from '@reprise/schemas/partition.ts'
import { askProcess } from './ask-process.ts'
import type { LoopJob } from './bare-loop.ts'
import { closedLoops, type Figure, type Measured } from './measure.ts'
import { type Engines, openNamespace, openOwnNamespace } from './own-namespace.ts'
import type { RecordText, WritePathJob, WritePathLoad } from './write-path-load.ts'

const loops = Number(process.env['BENCH_LOOPS'] ?? 1_000)
const seconds = Number(process.env['BENCH_SECONDS'] ?? 60)
const ceilingSeconds = Math.min(seconds, 20)
const playlists = Number(process.env['BENCH_PLAYLISTS'] ?? 100_000)
const partitions = 16

/**
 * The write path without HTTP, in a process with the settings of its thread in the command API, beside a bare
 * append-and-read-back loop of the same records.
 */
export const benchCommands = async (engines: Engines): Promise<readonly Figure[]> => {
  const [namespace, [loaded]] = await loadOf(engines, 1)
  const { edits } = loaded
  // Alone: what it appends would be read, and found superseded, by the write path too.
  const { log, codec, close } = await openNamespace(engines, namespace)
  const records = loaded.records.map(({ key, value, headers }) => ({
    key,
    value: Buffer.from(value, 'base64'),
    headers,
  }))
  const bare = await appendAndReadBack(log, records, asTheyAre)
  const coded = await appendAndReadBack(log, records, encodedAnew(codec))
  const published = await asPublished(engines, namespace, loaded.records)
  await close()
  const figures = [
    throughput(edits, { ...bare, does: 'bare append and read back' }),
    throughput(edits, { ...coded, does: 'the same with every event encoded and decoded' }),
    throughput(edits, { ...published, does: 'the same by hand, with kafkajs as it is published' }),
  ]
  const [, both] = await loadOf(engines, 2)
  return [
    ...figures,
    throughput(together(both, 'edits'), {
      ...published,
      does: 'that, in two processes that share the partitions',
    }),
    latency(loaded.halved, 'latency at half of that rate, open loop'),
    latency(together(both, 'halved'), 'latency at half of what two processes do, open loop'),
    hotPlaylist(loaded.hot),
  ]
}

/** What so many processes do that share the partitions of a new namespace, side by side. */
const loadOf = async (
  engines: Engines,
  of: number,
): Promise<readonly [namespace: string, readonly [WritePathLoad, ...WritePathLoad[]]]> => {
  const { namespace, close } = await openOwnNamespace(engines, partitions)
  await close()
  const load = (nth: number) => {
    const job: WritePathJob = { engines, namespace, share: { nth, of }, playlists, loops, seconds }
    return askProcess<WritePathLoad>('write-path-load.ts', job, [...commandFlags, heapFlag])
  }
  const others = Array.from({ length: of - 1 }, (_, at) => load(at + 1))
  return [namespace, await Promise.all([load(0), ...others])]
}

/** Of all processes; of latencies the worst. */
const together = (all: readonly WritePathLoad[], what: 'edits' | 'halved'): Measured => ({
  perSecond: all.reduce((sum, each) => sum + each[what].perSecond, 0),
  p50Ms: Math.max(...all.map((each) => each[what].p50Ms)),
  p99Ms: Math.max(...all.map((each) => each[what].p99Ms)),
})

const throughput = (edits: Measured, bare: Measured & { readonly does: string }): Figure => {
  const figure = `commands through the write path, no HTTP, ${playlists} playlists, beside ${bare.does}`
  const ratio = Math.round((edits.perSecond / bare.perSecond) * 100) / 100
  console.log(
    `${figure}: ${edits.perSecond}/s (p50 ${edits.p50Ms} ms, p99 ${edits.p99Ms} ms); ` +
      `that: ${bare.perSecond}/s (p50 ${bare.p50Ms} ms, p99 ${bare.p99Ms} ms); ratio ${ratio}`,
  )
  return {
    section: 'commands',
    figure,
    value: edits.perSecond,
    unit: 'commands/s',
    ceiling: bare.perSecond,
    ratio,
    goal: '≥ 25,000/s and ratio ≥ 0.8',
    holds: ratio >= 0.8 && edits.perSecond >= 25_000,
  }
}

const latency = ({ perSecond, p50Ms, p99Ms }: Measured, figure: string): Figure => {
  console.log(`${figure}: p50 ${p50Ms} ms, p99 ${p99Ms} ms at ${perSecond}/s`)
  const common = { section: 'commands', figure, unit: 'ms (p99)', goal: 'p99 ≤ 25 ms' }
  return {
    ...common,
    value: p99Ms,
    ceiling: 25,
    ratio: Math.round((p99Ms / 25) * 100) / 100,
    holds: p99Ms <= 25,
  }
}

/** Every command on the same stream. */
const hotPlaylist = (measured: Measured): Figure => {
  const figure = 'one hot playlist, every command on the same stream'
  console.log(`${figure}: ${measured.perSecond}/s (p50 ${measured.p50Ms} ms, p99 ${measured.p99Ms} ms)`)
  const value = measured.perSecond
  const common = { section: 'commands', figure, unit: 'commands/s', goal: '≥ 5,000/s' }
  return {
    ...common,
    value,
    ceiling: 5_000,
    ratio: Math.round((value / 5_000) * 100) / 100,
    holds: value >= 5_000,
  }
}

/** The value that a bare loop appends. */
type Handling = (like: Sample, id: string) => Buffer
type Sample = Omit<LogRecord, 'partition'>

const asTheyAre: Handling = ({ value }) => value

/** Every event is decoded once and encoded once. */
const encodedAnew =
  (codec: EventCodec): Handling =>
  ({ value }, id) => {
    const { type, value: event } = codec.decode(value) as { type: EventType; value: { meta: object } }
    return codec.encode('playlist-events', type, { ...event, meta: { ...event.meta, eventId: id } })
  }

/** The peer: with none of our improvements of the client library, in a process of its own. */
const asPublished = (
  { kafka: brokers, registry }: Engines,
  namespace: string,
  records: readonly RecordText[],
): Promise<Measured> => {
  const place = { brokers, registry, namespace, partitions }
  const job: LoopJob = { ...place, loops, seconds: ceilingSeconds, records }
  return askProcess('bare-loop.ts', job)
}

/** The ceiling: nothing but the client library, the broker and the way back. */
const appendAndReadBack = async (
  log: Log,
  records: readonly Sample[],
  valueOf: Handling,
): Promise<Measured> => {
  const waiting = new Map<string, () => void>()
  const ends = await log.endOffsets('playlist-events')
  const reader = await log.read({
    topic: 'playlist-events',
    resumeAt: (partition) => Promise.resolve(ends[partition] ?? 0),
    onBatch: ({ records: read }) => {
      for (const { eventId } of read) waiting.get(eventId)?.()
      return Promise.resolve()
    },
    onStopped: () => undefined,
  })
  const appender = await log.createAppender('playlist-events')
  let sent = 0
  const measured = await closedLoops(loops, ceilingSeconds, async () => {
    const like = records[sent % records.length]
    const id = uuidv7()
    if (like === undefined) throw new Error('nothing was recorded')
    const headers = { ...like.headers, ce_id: id }
    const seen = new Promise<void>((resolve) => waiting.set(id, resolve))
    sent++
    await appender.append([
      { ...like, value: valueOf(like, id), partition: partitionOf(like.key, partitions), headers },
    ])
    await seen
    waiting.delete(id)
  })
  await Promise.all([reader.close(), appender.close()])
  return measured
}
