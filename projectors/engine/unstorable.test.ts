import { describe, expect, test } from '@jest/globals'
import { createInMemoryLog } from '@reprise/adapters/in-memory/log.in-memory.ts'
import { createInMemoryStores } from '@reprise/adapters/in-memory/stores.in-memory.ts'
import { columns, int, text } from '@reprise/core/columns.ts'
import { effectProjection, webhook } from '@reprise/core/effect-projection.ts'
import { entityProjection } from '@reprise/core/entity-projection.ts'
import {
  type AnyProjection,
  cassandraPages,
  cassandraTable,
  openSearchIndex,
  partialCount,
  projection,
  quarantineKey,
  stop,
} from '@reprise/core/projection.ts'
import { writeCatalogueHistory } from '../testing/catalogue-history.ts'
import { createHistoryWriter } from '../testing/history-writer.ts'
import { runInMemory, startInMemory } from '../testing/in-memory-run.ts'
import { createOperator } from '../testing/operator.ts'
import { createRandom } from '../testing/random.ts'
import { storedRows } from '../testing/stored-rows.ts'

/** What a handler makes of some tracks; of any other, something that can be stored. */
const values: Readonly<Record<string, { readonly last?: string; readonly count?: number }>> = {
  nan: { count: NaN },
  torn: { last: '👍'.slice(1) },
  large: { last: 'x'.repeat(1_000_001) },
}
const valueOf = (trackId: string) => ({ last: trackId, count: 1, ...values[trackId] })

const common = {
  name: 'likes-told',
  version: 1,
  from: 'library-events',
  onFailure: quarantineKey({ attempts: 2 }),
} as const
const row = columns({ userId: text(), last: text(), count: int() })
const keyOf = ({ meta }: { readonly meta: { readonly streamId: string } }) => ({ userId: meta.streamId })

const inRows = projection({
  ...common,
  row,
  store: cassandraTable({ partitionKey: ['userId'] }),
  key: keyOf,
  on: { TrackLiked: (_row, { meta, data }) => ({ userId: meta.streamId, ...valueOf(data.trackId) }) },
})
const inDocuments = projection({
  ...common,
  row,
  store: openSearchIndex({
    id: 'userId',
    mappings: {
      userId: { type: 'keyword' },
      last: { type: 'keyword', index: false, doc_values: false },
      count: { type: 'integer' },
    },
  }),
  key: keyOf,
  on: { TrackLiked: (_row, { meta, data }) => ({ userId: meta.streamId, ...valueOf(data.trackId) }) },
})
const inPages = projection({
  ...common,
  row: columns({ last: text(), count: int() }),
  store: cassandraPages({ partitionKey: 'userId' }),
  key: keyOf,
  on: { TrackLiked: (list, { data }) => list.insert(list.length, valueOf(data.trackId)) },
})
const inCounts = projection({
  ...common,
  row: columns({ count: int() }),
  store: partialCount({ partitionKey: 'userId', clustering: 'day' }),
  key: ({ meta }) => ({ userId: meta.streamId, day: 'all' }),
  on: {
    TrackLiked: ({ data }) => {
      const { last, count } = valueOf(data.trackId)
      return [{ slot: last, add: { count } }]
    },
  },
})
const outside = effectProjection({
  ...common,
  on: { TrackLiked: ({ data }) => valueOf(data.trackId) },
  effect: webhook({ url: 'https://example.org/' }),
})
const kinds: readonly (readonly [string, AnyProjection])[] = [
  ['rows', inRows],
  ['documents', inDocuments],
  ['pages', inPages],
  ['counts', inCounts],
  ['effects', outside],
]

const create = () => {
  const log = createInMemoryLog({ partitions: 1 })
  const { append } = createHistoryWriter(log, 'library-events', 1)
  const sent: unknown[] = []
  const stores = {
    ...createInMemoryStores(),
    outside: {
      post: ({ body }: { readonly body: unknown }) => Promise.resolve(void sent.push(body)),
      logEnds: () => Promise.resolve([0]),
    },
  }
  const like = (user: string, trackId: string) => append(user, { type: 'TrackLiked', data: { trackId } })
  return { log, stores, sent, like, append }
}

/** What a view holds, or has sent, when it comes to the log's end. */
const endOf = async (view: AnyProjection, { log, stores, sent }: ReturnType<typeof create>) => {
  const run = await startInMemory([view], { log, stores })
  await run.untilApplied(view).finally(run.close)
  return sent.length > 0 ? sent : storedRows(view, stores)
}

describe.each(kinds)('a value that can not be stored, in %s', (_kind, view) => {
  test.each(Object.keys(values))('stops its own key, with words: %s', async (bad) => {
    const world = create()
    const { log, like } = world
    like('ann', 'before')
    like('bob', 'before')
    const { offset } = like('ann', bad)
    like('ann', 'after')
    like('bob', 'after')
    const held = await endOf(view, world)

    const [letter, ...others] = await createOperator(log, view).letters()
    expect(others).toEqual([])
    expect(letter).toMatchObject({ offset, groups: [view === inCounts ? 'ann/all' : 'ann'] })
    expect(letter?.error).toMatch(
      /TrackLiked.*likes-told: (column|the body|a slot).* can't hold (NaN|"|an object)/,
    )
    expect(letter?.error.length).toBeLessThan(300)
    const good = create()
    for (const [user, track] of [
      ['ann', 'before'] as const,
      ['bob', 'before'] as const,
      ['bob', 'after'] as const,
    ])
      good.like(user, track)
    expect(held).toEqual(await endOf(view, good))
  })
})

test('a handler that forgets to return loses no row', async () => {
  const forgetful = {
    ...inRows,
    on: { ...inRows.on, TrackUnliked: () => undefined },
  } as unknown as AnyProjection
  const world = create()
  world.like('ann', 'before')
  world.append('ann', { type: 'TrackUnliked', data: { trackId: 'before' } })
  expect(await endOf(forgetful, world)).toEqual([{ userId: 'ann', last: 'before', count: 1 }])
  const [letter] = await createOperator(world.log, forgetful).letters()
  expect(letter?.error).toContain('the handler of TrackUnliked gave nothing')
})

test('a key that can not be stored is no key', async () => {
  const view = {
    ...inRows,
    key: ({ data }: { readonly data: { readonly trackId: string } }) => ({
      userId: valueOf(data.trackId).last,
    }),
  }
  const world = create()
  world.like('ann', 'one')
  const { offset } = world.like('ann', 'torn')
  world.like('ann', 'two')
  await endOf(view, world)
  const letters = await createOperator(world.log, view).letters()
  expect(letters).toEqual([expect.objectContaining({ offset, groups: [`partition@${offset}`] })])
  expect(letters[0]?.error).toContain(String.raw`likes-told: key userId can't hold "\udc4d"`)
})

test('an entity that can not be stored stops its view, as its policy says', async () => {
  const view = entityProjection({
    name: 'names',
    version: 1,
    from: 'catalogue-changes',
    row: columns({ entity: text(), plays: int() }),
    store: cassandraTable({ partitionKey: ['entity'] }),
    show: ({ kind, id }) => ({ entity: `${kind}/${id}`, plays: NaN }),
    onFailure: stop(),
  })
  const { log, stores } = create()
  writeCatalogueHistory(log, createRandom(1), { events: 5 })
  await expect(runInMemory(view, { log, stores })).rejects.toThrow("names: column plays can't hold NaN")
})
