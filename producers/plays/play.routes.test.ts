import { afterEach, describe, expect, test } from '@jest/globals'
import { type HttpService, startHttpService } from '@reprise/adapters/http/http-service.ts'
import { createInMemoryEventCodec } from '@reprise/adapters/in-memory/event-codec.in-memory.ts'
import { createInMemoryLog, type InMemoryLog } from '@reprise/adapters/in-memory/log.in-memory.ts'
import { tokenOf } from '@reprise/core/position.ts'
import { commandRoutes } from '../commands/command-routes.ts'
import { playEventOf } from './play-event.ts'
import { playRoutes } from './play.routes.ts'
import { quiet } from '@reprise/core/quiet-logger.ts'

const now = Date.parse('2026-06-01T12:00:00Z')
const codec = createInMemoryEventCodec()
let service: HttpService | undefined
afterEach(() => service?.close())

const artistIds = Array.from({ length: 40 }, (_, at) => `a-rather-long-artist-id-of-36-chars-${at}`)

/** The append of this number is lost; each is noted with its size. */
const start = async (lost?: number) => {
  const log = createInMemoryLog({ partitions: 1 })
  const sizes: number[] = []
  const appender = await log.createAppender('playback-events')
  const append: typeof appender.append = (records) => {
    sizes.push(records.reduce((all, { key, value }) => all + value.length + key.length + 100, 0))
    if (sizes.length === lost) log.loseNextAppend()
    return appender.append(records)
  }
  const plays = playRoutes({
    appender: { ...appender, append },
    codec,
    partitions: 1,
    now: () => now,
    newEventId: () => 'event',
    factsOf: () =>
      Promise.resolve(
        new Map([
          ['short', { durationMs: 20_000, artistIds: ['a'], albumId: 'b' }],
          ['many', { durationMs: 200_000, artistIds, albumId: 'b' }],
        ]),
      ),
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
  return { log, sizes, post }
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
    const { post } = await start(1)
    expect((await post(play)).body).toMatchObject({ code: 'outcome-unknown' })
  })

  const thousand = Array.from({ length: 1_000 }, (_, at) => ({ ...play, playId: `p${at}`, trackId: 'many' }))
  const playIdsIn = (log: InMemoryLog) =>
    log
      .recordsOf('playback-events', 0)
      .map(({ value }) => (codec.decode(value).value as { playId: string }).playId)

  test('more than the log takes at once goes in pieces, in order; the position is that of the last play', async () => {
    const { log, sizes, post } = await start()
    const answer = await post({ plays: thousand })
    expect(answer.status).toBe(202)
    expect(sizes.length).toBeGreaterThan(1)
    expect(Math.max(...sizes)).toBeLessThan(1_000_000)
    expect(playIdsIn(log)).toEqual(thousand.map(({ playId }) => playId))
    expect(answer.position).toBe(tokenOf({ topic: 'playback-events', partition: 0, offset: 999 }))
  })

  test('where a piece is not acknowledged none follows it, and nothing is said to be accepted', async () => {
    const { log, sizes, post } = await start(2)
    const answer = await post({ plays: thousand })
    expect(answer).toMatchObject({ status: 503, body: { code: 'outcome-unknown' }, position: null })
    expect(answer.body).not.toHaveProperty('outcomes')
    expect(sizes).toHaveLength(2)
    expect(playIdsIn(log)[0]).toBe('p0')
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
