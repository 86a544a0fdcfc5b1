import { describe, expect, test } from '@jest/globals'
import { createInMemoryLog } from '@reprise/adapters/in-memory/log.in-memory.ts'
import { createInMemoryStores } from '@reprise/adapters/in-memory/stores.in-memory.ts'
import { columns, int, json, text } from '@reprise/core/columns.ts'
import type { FailurePolicy } from '@reprise/core/failure-policy.ts'
import { openSearchIndex, projection, quarantineKey, retry, stop } from '@reprise/core/projection.ts'
import { cutAtRandom } from '../testing/faults.ts'
import { createHistoryWriter } from '../testing/history-writer.ts'
import { contentsOf, indexOf, runInMemory, startInMemory, until } from '../testing/in-memory-run.ts'
import { createOperator } from '../testing/operator.ts'
import { createRandom } from '../testing/random.ts'

type Poison = { isCured: boolean }

/** What users like, with a property that the strict mapping doesn't know once they have liked "bad". */
const likesTold = (onFailure: FailurePolicy, poison: Poison = { isCured: false }) =>
  projection({
    name: 'likes-told',
    version: 1,
    from: 'library-events',
    row: columns({ userId: text(), likes: int(), last: json<Readonly<Record<string, string>>>({}) }),
    store: openSearchIndex({
      id: 'userId',
      mappings: {
        userId: { type: 'keyword' },
        likes: { type: 'integer' },
        last: { properties: { track: { type: 'keyword' } } },
      },
    }),
    key: ({ meta }) => ({ userId: meta.streamId }),
    on: {
      TrackLiked: (row, { meta, data: { trackId } }) => {
        const isBad = (trackId === 'bad' || 'more' in (row?.last ?? {})) && !poison.isCured
        const last = { track: trackId, ...(isBad && { more: '' }) }
        return { userId: meta.streamId, likes: (row?.likes ?? 0) + 1, last }
      },
    },
    onFailure,
  })
const alone = quarantineKey({ attempts: 2 })

const create = () => {
  const log = createInMemoryLog({ partitions: 2 })
  const { append } = createHistoryWriter(log, 'library-events', 2)
  const like = (user: string, trackId: string) => append(user, { type: 'TrackLiked', data: { trackId } })
  return { log, stores: createInMemoryStores(), like }
}

/** Users like what they like, some of them something bad; the first bad event of each. */
const writeLikes = ({ like }: Pick<ReturnType<typeof create>, 'like'>, seed: number) => {
  const random = createRandom(seed)
  const first = new Map<string, number>()
  for (let count = 0; count < 200; count++) {
    const user = `user-${random.below(20)}`
    const isBad = random.chance(0.03)
    const { offset } = like(user, isBad ? 'bad' : `track-${count}`)
    if (isBad && !first.has(user)) first.set(user, offset)
  }
  return first
}

describe('a document that the index refuses', () => {
  test('stops its own key, at its event, with projection, field and reason', async () => {
    const { log, stores, like } = create()
    const view = likesTold(alone)
    like('ann', 'one')
    like('bob', 'one')
    const bad = like('ann', 'bad')
    like('ann', 'two')
    like('bob', 'two')
    await runInMemory(view, { log, stores })

    const letters = await createOperator(log, view).letters()
    expect(letters).toMatchObject([
      { offset: bad.offset, groups: ['ann'], eventType: 'TrackLiked', attempt: 1 },
    ])
    expect(letters[0]?.error).toMatch(
      new RegExp(
        `event ${bad.meta.eventId} .*offset ${bad.offset}: likes-told: field last.more can't be stored, ` +
          'its index refuses it: strict_dynamic_mapping_exception: ',
      ),
    )
    const documents = stores.documents.documentsOf(indexOf(view))
    expect(documents.get('ann')).toMatchObject({ likes: 1, last: { track: 'one' } })
    expect(documents.get('bob')).toMatchObject({ likes: 2, last: { track: 'two' } })
  })

  test.each([1, 2, 3, 4, 5])('stops at the same events, however the log is cut (%d)', async (seed) => {
    const world = create()
    const view = likesTold(alone)
    const first = writeLikes(world, seed)
    const run = await startInMemory([view], { ...world, log: cutAtRandom(world.log, createRandom(seed)) })
    await run.untilApplied(view)
    // What comes while keys wait is applied to all others.
    for (const [user, offset] of writeLikes(world, seed + 10)) if (!first.has(user)) first.set(user, offset)
    await run.untilApplied(view).finally(run.close)

    const letters = await createOperator(world.log, view).letters()
    const stops = new Map(letters.map(({ groups, offset }) => [groups[0], offset]))
    expect([...stops].sort()).toEqual([...first].sort())
    const cured = createInMemoryStores()
    await runInMemory(likesTold(alone, { isCured: true }), { log: world.log, stores: cured })
    const others = (all: readonly string[]) =>
      all.filter((one) => ![...first.keys()].some((user) => one.includes(`"${user}"`)))
    expect(others(contentsOf(view, world.stores))).toEqual(others(contentsOf(view, cured)))
    expect(contentsOf(view, world.stores).join()).not.toContain('more')
  })

  test('is redriven in vain, and after a cure ends as if nothing had been refused', async () => {
    const world = create()
    const poison = { isCured: false }
    const view = likesTold(alone, poison)
    const first = writeLikes(world, 7)
    const run = await startInMemory([view], world)
    await run.untilApplied(view)
    const operator = createOperator(world.log, view)
    const letters = await operator.letters()
    expect(letters).toHaveLength(first.size)

    const [letter] = letters
    const inVain = await operator.ask({ verb: 'redrive', ...letter! })
    const answerTo = async (requestId: string) => {
      const find = async () => (await operator.answers()).find((one) => one.requestId === requestId)
      await until(async () => (await find()) !== undefined)
      return find()
    }
    expect(await answerTo(inVain)).toMatchObject({
      outcome: 'failed',
      detail: expect.stringContaining('number 2'),
    })
    poison.isCured = true
    for (const each of letters)
      expect(await answerTo(await operator.ask({ verb: 'redrive', ...each }))).toMatchObject({
        outcome: 'redriven',
      })
    await run.untilApplied(view).finally(run.close)
    const fresh = createInMemoryStores()
    await runInMemory(view, { log: world.log, stores: fresh })
    expect(contentsOf(view, world.stores)).toEqual(contentsOf(view, fresh))
  })

  test('may be discarded, and a rebuild leaves it out too', async () => {
    const world = create()
    const { like, log } = world
    const view = likesTold(alone)
    like('ann', 'one')
    const bad = like('ann', 'bad')
    like('ann', 'two')
    const run = await startInMemory([view], world)
    await run.untilApplied(view)
    const operator = createOperator(log, view)
    const [letter] = await operator.letters()
    await operator.ask({ verb: 'discard', ...letter! })
    await until(async () => (await operator.answers()).length > 0)
    await until(() => run.status().every(({ quarantined = 0 }) => quarantined === 0))
    await run.close()
    expect(letter).toMatchObject({ offset: bad.offset })
    const rebuilt = createInMemoryStores()
    await runInMemory(view, { log, stores: rebuilt })
    expect(contentsOf(view, rebuilt)).toEqual(contentsOf(view, world.stores))
    expect(contentsOf(view, rebuilt).join()).toContain('two')
  })

  test('is waited for where the projection tries again', async () => {
    const world = create()
    const poison = { isCured: false }
    const view = likesTold(retry(), poison)
    writeLikes(world, 3)
    const run = await startInMemory([view], world)
    expect(await run.reasonIn(view, 'waiting')).toContain('likes-told: field last.more')
    poison.isCured = true
    await run.untilApplied(view).finally(run.close)
    expect(await createOperator(world.log, view).letters()).toEqual([])
    const fresh = createInMemoryStores()
    await runInMemory(view, { log: world.log, stores: fresh })
    expect(contentsOf(view, world.stores)).toEqual(contentsOf(view, fresh))
  })

  test('stops the projection that says so, with the same words', async () => {
    const world = create()
    const { offset } = world.like('ann', 'bad')
    const view = likesTold(stop())
    const run = await startInMemory([view], world)
    expect(await run.reasonIn(view, 'stopped')).toMatch(
      new RegExp(`offset ${offset}: likes-told: field last.more can't be stored`),
    )
    await run.close()
    expect(await createOperator(world.log, view).letters()).toEqual([])
  })
})

test('a store that fails before and after it refuses makes no other dead letter', async () => {
  const world = create()
  const view = likesTold(alone)
  const run = await startInMemory([view], world)
  world.stores.documents.failNext(3)
  world.like('ann', 'one')
  world.like('bob', 'bad')
  await until(() => run.status().some(({ state }) => state === 'waiting'))
  world.stores.documents.failNext(5)
  world.like('ann', 'two')
  await run.untilApplied(view).finally(run.close)
  const letters = await createOperator(world.log, view).letters()
  expect(new Set(letters.flatMap(({ groups }) => groups))).toEqual(new Set(['bob']))
})
