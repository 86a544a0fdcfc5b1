import { describe, expect, test } from '@jest/globals'
import { createInMemoryLog } from '@reprise/adapters/in-memory/log.in-memory.ts'
import { createInMemoryStores } from '@reprise/adapters/in-memory/stores.in-memory.ts'
import { effectProjection, webhook } from '@reprise/core/effect-projection.ts'
import { quarantineKey, stop } from '@reprise/core/failure-policy.ts'
import { OutsideRefused, type OutsideRequest } from '@reprise/core/ports/outside.port.ts'
import { StoreUnavailable } from '@reprise/core/ports/store-failure.ts'
import { cutAtRandom, withCheckpointsIn, withoutGroups } from '../testing/faults.ts'
import { createHistoryWriter } from '../testing/history-writer.ts'
import { runInMemory, startInMemory, until } from '../testing/in-memory-run.ts'
import { createRandom } from '../testing/random.ts'
import { specificationOf } from '../testing/specification.ts'
import { eventOf } from '../testing/example-events.ts'

const fanMail = effectProjection({
  name: 'fan-mail',
  version: 1,
  from: 'library-events',
  on: {
    TrackLiked: ({ meta, data }) => ({ user: meta.streamId, likes: data.trackId }),
    TrackUnliked: () => null,
  },
  effect: webhook({ url: 'https://mail.example/likes', headers: { authorization: 'Bearer secret' } }),
  onFailure: quarantineKey({ attempts: 1 }),
})
const nextVersion = {
  ...fanMail,
  version: 2,
  on: { ...fanMail.on, ArtistFollowed: () => ({ follows: 'somebody' }) },
}

const partitions = 3

const create = () => {
  const log = createInMemoryLog({ partitions })
  const { append } = createHistoryWriter(log, 'library-events', partitions)
  const sent: OutsideRequest[] = []
  const trouble: (() => void)[] = []
  const stores = {
    ...createInMemoryStores(),
    outside: {
      post: (request: OutsideRequest) => {
        sent.push(request)
        trouble.shift()?.()
        return Promise.resolve()
      },
      logEnds: log.endOffsets,
    },
  }
  const like = (user: string, trackId: string) => append(user, { type: 'TrackLiked', data: { trackId } })
  const follow = (user: string) => append(user, { type: 'ArtistFollowed', data: { artistId: 'a' } })
  return { log, stores, sent, trouble, like, follow }
}
const likedIn = (sent: readonly OutsideRequest[]) => sent.map(({ body }) => (body as { likes: string }).likes)
const ids = (sent: readonly OutsideRequest[]) => sent.map(({ idempotencyKey }) => idempotencyKey)

describe('an effect', () => {
  test('tells what comes after its first start, in order per stream, with the event’s id', async () => {
    const { log, stores, sent, like } = create()
    like('ann', 'before')
    await runInMemory(fanMail, { log, stores })
    expect(sent).toEqual([])
    const events = ['one', 'two', 'three'].map((track) => like('ann', track))
    await runInMemory(fanMail, { log, stores })
    expect(ids(sent)).toEqual(events.map(({ meta }) => meta.eventId))
    expect(sent[0]).toMatchObject({
      url: 'https://mail.example/likes',
      headers: { authorization: 'Bearer secret' },
      body: { user: 'ann', likes: 'one' },
    })
  })

  test('whose checkpoints are gone reads everything again and tells nothing again', async () => {
    const { log, stores, sent, like } = create()
    await runInMemory(fanMail, { log, stores })
    for (let nth = 0; nth < 40; nth++) like(`user-${nth % 5}`, `track-${nth}`)
    await runInMemory(fanMail, { log, stores })
    expect(sent).toHaveLength(40)
    const elsewhere = createInMemoryStores()
    const anew = { ...withCheckpointsIn(stores, elsewhere), outside: stores.outside }
    await runInMemory(fanMail, { log: cutAtRandom(log, createRandom(3)), stores: anew })
    expect(sent).toHaveLength(40)
  })

  test('waits for a receiver that is down, and repeats only what it has not acknowledged', async () => {
    const { log, stores, sent, trouble, like } = create()
    await runInMemory(fanMail, { log, stores })
    for (const track of ['one', 'two', 'three']) like('ann', track)
    const down = () => {
      throw new StoreUnavailable('503')
    }
    trouble.push(() => undefined, down, down)
    await runInMemory(fanMail, { log, stores })
    expect(likedIn(sent)).toEqual(['one', 'two', 'two', 'two', 'three'])
    expect(new Set(ids(sent)).size).toBe(3)
  })

  test('stops with words when the receiver refuses, and goes on there', async () => {
    const { log, stores, sent, trouble, like } = create()
    await runInMemory(fanMail, { log, stores })
    for (const track of ['one', 'two']) like('ann', track)
    trouble.push(
      () => undefined,
      () => {
        throw new OutsideRefused('https://mail.example/likes refuses it with 422')
      },
    )
    const stopping = { ...fanMail, onFailure: stop() }
    await expect(runInMemory(stopping, { log, stores })).rejects.toThrow(/TrackLiked.*refuses it with 422/)
    await runInMemory(stopping, { log, stores })
    expect(likedIn(sent)).toEqual(['one', 'two', 'two'])
  })

  test('that is refused for one stream goes on with the others, and tells none of them twice', async () => {
    const { log, stores, sent, like } = create()
    await runInMemory(fanMail, { log, stores })
    for (const user of ['ann', 'bob', 'cid', 'ann', 'dan']) like(user, 'song')
    const post = async (request: OutsideRequest) => {
      await stores.outside.post(request)
      if ((request.body as { user: string }).user === 'ann') throw new OutsideRefused('422')
    }
    const outside = { ...stores.outside, post }
    const run = await startInMemory([fanMail], { log, stores: { ...stores, outside } })
    await run.untilApplied(fanMail)
    await run.close()
    const users = sent.map(({ body }) => (body as { user: string }).user)
    expect(users.toSorted()).toEqual(['ann', 'bob', 'cid', 'dan'])
    const stopped = run.published.flatMap(({ quarantined }) => quarantined.map(({ group }) => group))
    expect(new Set(stopped)).toEqual(new Set(['ann']))
  })

  test('in a new version begins where the former one stands, whatever else it tells', async () => {
    const { log, stores, sent, like, follow } = create()
    await runInMemory(fanMail, { log, stores })
    like('ann', 'one')
    follow('ann')
    await runInMemory(fanMail, { log, stores })
    like('ann', 'two')
    follow('ann')
    await runInMemory(nextVersion, { log, stores })
    expect(sent.map(({ body }) => body)).toEqual([
      { user: 'ann', likes: 'one' },
      { user: 'ann', likes: 'two' },
      { follows: 'somebody' },
    ])
    await runInMemory(nextVersion, { log, stores })
    expect(sent).toHaveLength(3)
  })

  test.each([1, 2, 3])('two at once, one a zombie, tell each event, with one id (%d)', async (seed) => {
    const { log, stores, sent, like } = create()
    await runInMemory(fanMail, { log, stores })
    const wanted = Array.from(
      { length: 30 },
      (_, nth) => like(`user-${nth % 4}`, `track-${nth}`).meta.eventId,
    )
    const alone = withoutGroups(log)
    const cut = (offset: number) => cutAtRandom(alone, createRandom(seed + offset))
    const runs = await Promise.all([
      startInMemory([fanMail], { log: cut(0), stores }),
      startInMemory([fanMail], { log: cut(50), stores }),
    ])
    await Promise.all(runs.map((run) => run.untilApplied(fanMail)))
    await Promise.all(runs.map((run) => run.close()))
    expect([...new Set(ids(sent))].sort()).toEqual(wanted.sort())
  })

  test('goes on after its store lost its tail: what the store forgot is told again', async () => {
    const { log, stores, sent, like } = create()
    const run = await startInMemory([fanMail], { log, stores })
    await run.untilApplied(fanMail)
    stores.rows.mark()
    const event = like('ann', 'one')
    await run.untilApplied(fanMail)
    stores.rows.loseTail()
    await until(() => sent.length === 2)
    await run.close()
    expect(ids(sent)).toEqual([event.meta.eventId, event.meta.eventId])
  })

  test('is specified as rows are', () =>
    specificationOf(fanMail)
      .given([eventOf('TrackLiked', { trackId: 'a' })])
      .when([eventOf('TrackUnliked'), eventOf('ArtistFollowed')], { times: 2 })
      .then({ eventId: 'event-1', body: { user: 'ann', likes: 'a' } }))
})
