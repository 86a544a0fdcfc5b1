import { v5 as uuidv5, v7 as uuidv7 } from 'uuid'
import { header } from '@reprise/core/event.ts'
import type { EventCodec } from '@reprise/core/ports/event-codec.port.ts'
import type { LogRecord } from '@reprise/core/ports/log.port.ts'
import type { Figure } from './measure.ts'
import { type Engines, openOwnNamespace } from './own-namespace.ts'
import { fillTopic } from './projecting/fill-topic.ts'
import { createWritePath } from './write-path.ts'

const events = Number(process.env['BENCH_EVENTS'] ?? 1_000_000)
const behind = 100_000
const playlists = 10_000
const topic = 'playlist-events'

/** A partition whose mark is 100,000 events behind is taken over; how long until it answers a command. */
export const benchTakeOver = async (engines: Engines): Promise<readonly Figure[]> => {
  const { log, codec, rows, close } = await openOwnNamespace(engines, 1)
  const next = createHistory(codec)
  await fillTopic({ log, topic, next, count: events - behind })
  const first = await createWritePath({ log, rows, codec })
  await first.commands.close()
  await fillTopic({ log, topic, next, count: behind })
  const heapBefore = heap()
  const begin = performance.now()
  const second = await createWritePath({ log, rows, codec })
  const ready = performance.now() - begin
  await second.create(uuidv7())
  const answered = performance.now() - begin
  const heapAfter = heap()
  await second.commands.close()
  await close()
  const figure = `take-over of a partition of ${events} events, its mark ${behind} behind`
  const value = Math.round(answered) / 1_000
  console.log(
    `${figure}: ready after ${Math.round(ready)} ms, first answer after ${Math.round(answered)} ms; ` +
      `heap ${heapBefore} MB before, ${heapAfter} MB after`,
  )
  const common = { section: 'commands', figure, unit: 's', goal: '≤ 2 s' }
  return [{ ...common, value, ceiling: 2, ratio: Math.round((value / 2) * 100) / 100, holds: value <= 2 }]
}

const heap = (): number => Math.round(process.memoryUsage().heapUsed / 1_000_000)

/** Chained events that change the descriptions of 10,000 playlists in turn, as a writer would have left them. */
const createHistory = (codec: EventCodec): (() => LogRecord) => {
  let written = 0
  let previous = ''
  return () => {
    const streamId = uuidv5(String(written % playlists), uuidv5.URL)
    const streamVersion = Math.floor(written / playlists) + 1
    const eventId = uuidv7()
    const meta = {
      eventId,
      commandId: uuidv5(eventId, uuidv5.URL),
      bodyHash: 'bench',
      streamId,
      streamVersion,
      actorId: 'bench',
      deviceId: null,
      lamport: null,
      occurredAt: Date.now(),
    }
    const details = {
      name: 'bench',
      description: '',
      visibility: 'public',
      collaborative: false,
    }
    const changes = { name: null, description: String(written), visibility: null, collaborative: null }
    const type = streamVersion === 1 ? 'PlaylistCreated' : 'PlaylistDetailsChanged'
    const value = codec.encode(topic, type, streamVersion === 1 ? { meta, ...details } : { meta, changes })
    const headers = { [header.id]: eventId, [header.type]: type, [header.previous]: previous }
    previous = eventId
    written++
    return { partition: 0, key: streamId, value, headers }
  }
}
