import { describe, expect, test } from '@jest/globals'
import { createInMemoryLog } from '@reprise/adapters/in-memory/log.in-memory.ts'
import { createInMemoryStores } from '@reprise/adapters/in-memory/stores.in-memory.ts'
import { columns, text } from '@reprise/core/columns.ts'
import { type EntityProjection, entityProjection } from '@reprise/core/entity-projection.ts'
import { cassandraTable, openSearchIndex, quarantineKey, retry, stop } from '@reprise/core/projection.ts'
import { rowChange } from '../testing/catalogue-history.ts'
import { codec } from '../testing/codec.ts'
import { contentsOf, startInMemory, until } from '../testing/in-memory-run.ts'
import { createOperator } from '../testing/operator.ts'
import { unwellOf } from './run-all.ts'

const inRows = cassandraTable({ partitionKey: ['entity'] })
const inDocuments = openSearchIndex({
  id: 'entity',
  mappings: { entity: { type: 'keyword' }, name: { type: 'keyword' } },
})

type Poison = { isCured: boolean }

/** Shows no artist of the name "poison", until there is a cure. */
const namesIn = (
  store: typeof inRows | typeof inDocuments,
  onFailure: EntityProjection['onFailure'],
  poison: Poison = { isCured: false },
) =>
  entityProjection({
    name: 'names',
    version: 1,
    from: 'catalogue-changes',
    row: columns({ entity: text(), name: text() }),
    store,
    show: ({ kind, id, facts }) => {
      const name = facts !== null && 'name' in facts ? facts.name : ''
      if (name === 'poison' && !poison.isCured) throw new Error('no antidote')
      return { entity: `${kind}/${id}`, name }
    },
    onFailure,
  })

const create = () => {
  const log = createInMemoryLog({ partitions: 1 })
  let place = 0
  const append = (value: Buffer) =>
    log.appendAsStranger('catalogue-changes', [{ partition: 0, key: 'artist', value, headers: {} }])
  return {
    log,
    stores: createInMemoryStores(),
    append,
    artist: (id: string, name: unknown) =>
      append(rowChange('artist', 'u', { id, name, country: null, born: null, status: null }, [1, ++place])),
  }
}

describe.each([
  ['rows', inRows],
  ['documents', inDocuments],
] as const)('a view of the catalogue, in %s', (_kind, store) => {
  test('that tries again holds up until what failed passes, and misses nothing', async () => {
    const { log, stores, artist } = create()
    const poison = { isCured: false }
    const view = namesIn(store, retry(), poison)
    artist('a', 'Ann')
    const run = await startInMemory([view], { log, stores })
    await run.untilApplied(view)
    artist('b', 'poison')
    artist('a', 'Anna')
    expect(await run.reasonIn(view, 'waiting')).toBe(
      "artist/b, as it is at offset 1, can't be shown: no antidote",
    )
    poison.isCured = true
    await run.untilApplied(view)
    await until(() => unwellOf(run.status()) === undefined)
    await run.close()

    expect(await createOperator(log, view).letters()).toEqual([])
    const fresh = createInMemoryStores()
    const again = await startInMemory([view], { log, stores: fresh })
    await again.untilApplied(view).finally(again.close)
    expect(contentsOf(view, stores)).toEqual(contentsOf(view, fresh))
    expect(contentsOf(view, stores).join()).toContain('Anna')
  })

  test('that stops says which entity could not be shown', async () => {
    const { log, stores, artist } = create()
    artist('b', 'poison')
    const view = namesIn(store, stop())
    const run = await startInMemory([view], { log, stores })
    expect(await run.reasonIn(view, 'stopped')).toBe(
      "projection names v1 stopped: artist/b, as it is at offset 0, can't be shown: no antidote",
    )
    await run.close()
  })
})

/** Their index takes numbers alone. */
const inNumbers = openSearchIndex({
  id: 'entity',
  mappings: { entity: { type: 'keyword' }, name: { type: 'integer' } },
})

test.each([
  ['waiting', retry()],
  ['stopped', stop()],
] as const)(
  'an entity that its index refuses: %s, with projection, field and reason',
  async (state, policy) => {
    const { log, stores, artist } = create()
    artist('a', '12')
    artist('b', 'Bob')
    const view = namesIn(inNumbers, policy)
    const run = await startInMemory([view], { log, stores })
    expect(await run.reasonIn(view, state)).toContain(
      "artist/b, as it is at offset 1, can't be shown: names: field name can't be stored, its index refuses it: " +
        'mapper_parsing_exception: ',
    )
    await run.close()
  },
)

describe('a change that can not be read', () => {
  const nonsense = ['no bytes of a change', Buffer.from('nonsense')] as const
  const nameless = ['a row without its name', rowChange('artist', 'u', { id: 'b' }, [1, 5])] as const
  const misplaced = [
    'a place in no order',
    Buffer.from('{"op": "u", "source": {"table": "artist", "sequence": "[1"}}'),
  ] as const

  test('is tried again until it can be, as when the registry lacked its schema', async () => {
    const { log, stores, artist, append } = create()
    const view = namesIn(inRows, retry())
    const [, bytes] = nonsense
    const bob = rowChange('artist', 'u', { id: 'b', name: 'Bob' }, [1, 5])
    let isKnown = false
    const learning = {
      ...codec,
      decode: (value: Buffer) => codec.decode(isKnown && value.equals(bytes) ? bob : value),
    }
    artist('a', 'Ann')
    append(bytes)
    const run = await startInMemory([view], { log, stores, codec: learning })
    await run.reasonIn(view, 'waiting')
    isKnown = true
    await run.untilApplied(view).finally(run.close)
    expect(contentsOf(view, stores).join()).toContain('Bob')
  })

  test.each([nonsense, nameless, misplaced])(
    'holds the view up, with its place: %s',
    async (_what, bytes) => {
      const { log, stores, artist, append } = create()
      artist('a', 'Ann')
      append(bytes)
      const view = namesIn(inRows, retry())
      const run = await startInMemory([view], { log, stores })
      expect(await run.reasonIn(view, 'waiting')).toMatch(/^offset 1.* can't be read/)
      await run.close()
    },
  )

  test.each([nonsense, nameless, misplaced])('stops the view with its place: %s', async (_what, bytes) => {
    const { log, stores, append } = create()
    append(bytes)
    const view = namesIn(inRows, stop())
    const run = await startInMemory([view], { log, stores })
    expect(await run.reasonIn(view, 'stopped')).toMatch(
      /^projection names v1 stopped: offset 0.* can't be read/,
    )
    await run.close()
  })
})

test('a view of the catalogue that would let a key wait is refused at start, with what to declare instead', async () => {
  const { log, stores, artist } = create()
  artist('a', 'Ann')
  const view = {
    ...namesIn(inRows, stop()),
    onFailure: quarantineKey({ attempts: 3 }),
  } as unknown as EntityProjection
  const starting = startInMemory([view], { log, stores })
  await expect(starting).rejects.toThrow(
    "projection names v1: a view of the catalogue can't declare onFailure",
  )
  await expect(starting).rejects.toThrow('Declare stop(), or retry() if its faults pass by themselves')
})

test('an index that would refuse every document is refused at start', async () => {
  const { log, stores } = create()
  const view = namesIn(openSearchIndex({ id: 'entity', mappings: { entity: { type: 'keyword' } } }), stop())
  await expect(startInMemory([view], { log, stores })).rejects.toThrow(
    'projection names v1: openSearchIndex has no mapping for the column name, and takes no field without one',
  )
})

// Held by the type checker.
export const refusedByTheCompiler = () => [
  // @ts-expect-error entities are shown with each other, so that none may wait alone
  entityProjection({ ...namesIn(inRows, stop()), onFailure: quarantineKey({ attempts: 3 }) }),
  entityProjection({
    ...namesIn(inRows, stop()),
    // @ts-expect-error every row has its entity
    row: columns({ name: text() }),
    show: () => null,
  }),
]
