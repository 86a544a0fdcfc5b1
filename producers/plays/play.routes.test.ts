import { afterEach, describe, expect, test } from '@jest/globals'
import { type HttpService, startHttpService } from '@reprise/adapters/http/http-service.ts'
import { createInMemoryEventCodec } from '@reprise/adapters/in-memory/event-codec.in-memory.ts'
import { createInMemoryLog } from '@reprise/adapters/in-memory/log.in-memory.ts'
import { commandRoutes } from '../commands/command-routes.ts'
import { playEventOf } from './play-event.ts'
import { playRoutes } from './play.routes.ts'
import { quiet } from '@reprise/core/quiet-logger.ts'

const now = Date.parse('2026-06-01T12:00:00Z')
const codec = createInMemoryEventCodec()
let service: HttpService | undefined
afterEach(() => service?.close())

const start = async (appendFails = false) => {
  const log = createInMemoryLog({ partitions: 1 })
  if (appendFails) log.loseNextAppend()
  const plays = playRoutes({
    appender: await log.createAppender('playback-events'),
    codec,
    partitions: 1,
    now: () => now,
    newEventId: () => 'event',
    factsOf: () =>
      Promise.resolve(new Map([['short', { durationMs: 20_000, artistIds: ['a'], albumId: 'b' }]])),
  })
  service = await startHttpService({
    service: 'producers',
    host: '127.0.0.1',
    port: 0,
    corsOrigins: [],
    logger: quiet,
    authenticate: async () => ({ userId: 'ann', roles: [] }),
    routers: [],
    direct: commandRoutes(plays),
    ready: () => undefined,
  })
  const post = async (body: unknown) => {
    const response = await fetch(`http://127.0.0.1:${service?.port}/v1/plays`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return {
      status: response.status,
      body: (await response.json()) as Record<string, unknown>,
      position: response.headers.get('reprise-position'),
    }
  }
  return { log, post }
}
const play = { trackId: 't', startedAt: now - 300_000, msPlayed: 180_000, reasonEnd: 'trackdone' }

describe('reporting plays', () => {
  test('one bad play does not lose the others; the position is that of the last one', async () => {
    const { log, post } = await start()
    const answer = await post({ plays: [play, { trackId: 7 }, { ...play, reasonEnd: 'fwdbtn' }] })
    expect(answer.status).toBe(202)
    expect(answer.body['outcomes']).toMatchObject([
      { status: 'accepted', type: 'TrackPlayed' },
      { status: 'refused', code: 'invalid-request' },
      { status: 'accepted', type: 'TrackSkipped' },
    ])
    expect(log.recordsOf('playback-events', 0)).toHaveLength(2)
    expect(answer.position).not.toBeNull()
  })

  test('an append that is not acknowledged is an honest "unknown"', async () => {
    const { post } = await start(true)
    expect((await post(play)).body).toMatchObject({ code: 'outcome-unknown' })
  })

  test('the facts of the catalogue travel with the play', async () => {
    const { log, post } = await start()
    await post({ ...play, trackId: 'short', msPlayed: 20_000 })
    const [record] = log.recordsOf('playback-events', 0)
    expect(codec.decode(record?.value ?? Buffer.alloc(0)).value).toMatchObject({
      durationMs: 20_000,
      artistIds: ['a'],
      albumId: 'b',
      resolved: true,
    })
  })
})

describe('which event a play becomes', () => {
  const eventOf = (changes: object, durationMs?: number) => {
    const track = durationMs === undefined ? undefined : { durationMs, artistIds: [], albumId: null }
    const event = playEventOf({ ...play, ...changes }, { userId: 'ann', eventId: 'e', now, track })
    return 'refused' in event ? event.refused : event.type
  }
  test.each([
    ['an end by choice is a skip', { reasonEnd: 'fwdbtn' }, undefined, 'TrackSkipped'],
    ['however long it was heard', { reasonEnd: 'endplay' }, 400_000, 'TrackSkipped'],
    ['unless the track was heard to its known end', { reasonEnd: 'fwdbtn' }, 180_000, 'TrackPlayed'],
    ['an unknown reason is none', { reasonEnd: 'earthquake' }, undefined, 'TrackPlayed'],
    ['no reason is none', { reasonEnd: undefined }, undefined, 'TrackPlayed'],
    [
      'an end a minute ahead is within what clocks err',
      { startedAt: now - 120_000 },
      undefined,
      'TrackPlayed',
    ],
    ['an end further ahead is refused', { startedAt: now - 119_000 }, undefined, 'rule-broken'],
    ['a play older than 30 days is refused', { startedAt: now - 31 * 86_400_000 }, undefined, 'rule-broken'],
    ['unless it is imported', { startedAt: now - 31 * 86_400_000, import: true }, undefined, 'TrackPlayed'],
  ])('%s', (_name, changes, durationMs, expected) => expect(eventOf(changes, durationMs)).toBe(expected))
})
