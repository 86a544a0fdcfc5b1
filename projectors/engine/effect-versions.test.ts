import { describe, expect, test } from '@jest/globals'
import { createInMemoryLog } from '@reprise/adapters/in-memory/log.in-memory.ts'
import { createInMemoryStores } from '@reprise/adapters/in-memory/stores.in-memory.ts'
import { letterRecordOf } from '@reprise/core/dead-letter.ts'
import { effectProjection, webhook } from '@reprise/core/effect-projection.ts'
import { quarantineKey } from '@reprise/core/failure-policy.ts'
import type { OutsideRequest } from '@reprise/core/ports/outside.port.ts'
import { StoreUnavailable } from '@reprise/core/ports/store-failure.ts'
import { codec } from '../testing/codec.ts'
import { withoutGroups } from '../testing/faults.ts'
import { createHistoryWriter } from '../testing/history-writer.ts'
import { runInMemory, startInMemory, until, type InMemoryRun } from '../testing/in-memory-run.ts'
import { createOperator } from '../testing/operator.ts'
import { withNothingWaiting } from '../testing/poison.ts'

/** It fails at songs that begin with `bad`, until it is mended. */
const fanMail = (version: number, handler: { isMended: boolean }) =>
  effectProjection({
    name: 'fan-mail',
    version,
    from: 'library-events',
    on: {
      TrackLiked: ({ meta, data }) => {
        if (!handler.isMended && data.trackId.startsWith('bad')) throw new Error('a bug')
        return { user: meta.streamId, likes: data.trackId }
      },
      ...(version > 1 && { ArtistFollowed: () => ({ likes: 'an artist' }) }),
    },
    effect: webhook({ url: 'https://mail.example/likes' }),
    onFailure: quarantineKey({ attempts: 1 }),
  })
const broken = fanMail(1, { isMended: false })
const mended = fanMail(2, { isMended: true })

/** What ann and bob wait for, as the first version left it; bob was told of one song before. */
const create = async () => {
  const log = createInMemoryLog({ partitions: 1 })
  const { append } = createHistoryWriter(log, 'library-events', 1)
  const sent: OutsideRequest[] = []
  const isDown = { after: Infinity }
  const post = (request: OutsideRequest) => {
    if (sent.length >= isDown.after) return Promise.reject(new StoreUnavailable('503'))
    sent.push(request)
    return Promise.resolve()
  }
  const stores = { ...createInMemoryStores(), outside: { post, logEnds: log.endOffsets } }
  const like = (user: string, trackId: string) => append(user, { type: 'TrackLiked', data: { trackId } })
  await runInMemory(broken, { log, stores })
  const stop = like('ann', 'bad-1')
  like('bob', 'told')
  // The second version tells of this kind too, from where the first one stopped.
  append('bob', { type: 'ArtistFollowed', data: { artistId: 'a' } })
  for (const track of ['bad-2', 'after-2']) like('bob', track)
  for (const track of ['after-1', 'bad-3']) like('ann', track)
  like('cid', 'told')
  await runInMemory(broken, { log, stores })
  const told = () => sent.map(({ body }) => body as { readonly user: string; readonly likes: string })
  const toldTo = (user: string) => told().flatMap((one) => (one.user === user ? [one.likes] : []))
  expect(told().map(({ user, likes }) => `${user} ${likes}`)).toEqual(['bob told', 'cid told'])
  return { log, stores, sent, isDown, like, told, toldTo, stop }
}
const all = { ann: ['bad-1', 'after-1', 'bad-3'], bob: ['told', 'bad-2', 'after-2'], cid: ['told'] }

/** Everything was read, and nothing waits. */
const done = async (run: InMemoryRun) => {
  await run.untilApplied(mended)
  await withNothingWaiting(run)
}

const expectAllOnce = ({ toldTo, told }: Pick<Awaited<ReturnType<typeof create>>, 'toldTo' | 'told'>) => {
  for (const [user, tracks] of Object.entries(all)) expect(toldTo(user)).toEqual(tracks)
  expect(told()).toHaveLength(7)
}

describe('what waits when a new version of an effect takes over', () => {
  test('is sent once, in order, and the later events behind it; nothing that was told is told again', async () => {
    const at = await create()
    const run = await startInMemory([mended], at)
    at.like('ann', 'later')
    await run.untilApplied(mended)
    await done(run)
    await run.close()
    expect(at.toldTo('ann')).toEqual([...all.ann, 'later'])
    expect(at.toldTo('bob')).toEqual(all.bob)
    expect(at.told()).toHaveLength(8)
    expect(await createOperator(at.log, mended).letters()).toEqual([])
    await runInMemory(mended, at)
    expect(at.told()).toHaveLength(8)
  })

  test('gets letters of its own where it fails again, which can be answered', async () => {
    const at = await create()
    const handler = { isMended: false }
    const second = fanMail(2, handler)
    const run = await startInMemory([second], at)
    const operator = createOperator(at.log, second)
    await until(async () => (await operator.letters()).length === 2)
    const letters = await operator.letters()
    expect(letters.map(({ groups, attempt }) => [...groups, attempt]).sort()).toEqual([
      ['ann', 1],
      ['bob', 1],
    ])
    expect(at.told()).toHaveLength(2)
    handler.isMended = true
    for (const { partition, offset } of letters) await operator.ask({ verb: 'redrive', partition, offset })
    await until(() => at.told().length === 7)
    await done(run)
    await run.close()
    expectAllOnce(at)
  })

  test.each([2, 3, 4, 5, 6])('is sent by the next start after a crash behind request %d', async (after) => {
    const at = await create()
    at.isDown.after = after
    const run = await startInMemory([mended], at)
    await run.reasonIn(mended, 'waiting')
    await run.close()
    at.isDown.after = Infinity
    const next = await startInMemory([mended], at)
    await done(next)
    await next.close()
    expectAllOnce(at)
  })

  test('is sent where the store lost that it was sent, with the same key', async () => {
    const at = await create()
    at.isDown.after = 2
    const run = await startInMemory([mended], at)
    await run.reasonIn(mended, 'waiting')
    at.stores.rows.mark()
    at.isDown.after = Infinity
    await done(run)
    at.stores.rows.loseTail()
    at.like('ann', 'later')
    await until(() => at.toldTo('ann').includes('later'))
    await done(run)
    await run.close()
    expect(new Set(at.sent.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(8)
    expect(at.toldTo('ann').filter((track) => track === 'later')).toHaveLength(1)
  })

  test('is sent by two processes at once with one key each, and by both in order', async () => {
    const at = await create()
    const alone = { ...at, log: withoutGroups(at.log) }
    const runs = await Promise.all([startInMemory([mended], alone), startInMemory([mended], alone)])
    await Promise.all(runs.map(done))
    await Promise.all(runs.map((run) => run.close()))
    expect(new Set(at.sent.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(7)
    for (const [user, tracks] of Object.entries(all)) expect([...new Set(at.toldTo(user))]).toEqual(tracks)
  })

  test('is sent once while the former version still runs, and that one lets it go without telling it', async () => {
    const at = await create()
    const handler = { isMended: false }
    const former = fanMail(1, handler)
    const first = await startInMemory([former], at)
    await first.untilApplied(former)
    const second = await startInMemory([mended], at)
    await done(second)
    await until(() => at.told().length === 7)
    handler.isMended = true
    const operator = createOperator(at.log, former)
    for (const { partition, offset } of await operator.letters())
      await operator.ask({ verb: 'redrive', partition, offset })
    await done(first)
    await Promise.all([first.close(), second.close()])
    expectAllOnce(at)
  })

  test('is left out for ever if it was discarded, though the former version was killed before it let it go', async () => {
    const at = await create()
    const { offset } = at.stop
    const place = { projection: 'fan-mail', version: 1, partition: 0, offset, requestId: 'request-1' }
    const value = { ...place, outcome: 'discarded', groups: ['ann'], detail: 'never' } as const
    const partitions = (await at.log.endOffsets('dead-letters')).length
    at.log.appendAsStranger('dead-letters', [
      letterRecordOf({ type: 'DeadLetterAnswer', value }, { group: 'ann', partitions, codec }),
    ])
    const run = await startInMemory([mended], at)
    await done(run)
    await run.close()
    expect(at.toldTo('ann')).toEqual(['after-1', 'bad-3'])
  })
})
