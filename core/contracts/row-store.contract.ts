import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { LayoutChanged, type RowStore, type StoredRow, type Table } from '../ports/row-store.port.ts'

const shape = {
  owner: 'text',
  at: 'bigint',
  id: 'text',
  name: 'text',
  count: 'int',
  is: 'boolean',
  bytes: 'blob',
} as const
const table: Table = { name: 'contract', partitionKey: ['owner'], clustering: ['at', 'id'], columns: shape }
const newestFirst: Table = { ...table, name: 'contract_descending', descending: true }

const rowOf = (owner: string, at: number, changes: Partial<StoredRow> = {}): StoredRow => ({
  owner,
  at,
  id: 'i',
  name: '',
  count: 0,
  is: false,
  bytes: Buffer.alloc(0),
  ...(changes as StoredRow),
})

/** What every RowStore must keep. The store is fresh. */
export const rowStoreContract = (
  name: string,
  create: () => Promise<RowStore>,
  dispose?: () => Promise<void>,
): void => {
  describe(`row store contract: ${name}`, () => {
    let store: RowStore
    const read = (owner: string) => store.read(table, { partition: { owner } })
    beforeAll(async () => {
      store = await create()
      await store.ensure(table)
      await store.ensure(newestFirst)
      await store.ensure(table)
    })
    afterAll(async () => {
      await dispose?.()
      await store.close()
    })

    test('what was written is read, hostile texts and the bounds of numbers included', async () => {
      const texts = [`'; DROP TABLE x; --`, '\u0000', '👩‍🚀 \u202eאבג', 'x'.repeat(65_536), '']
      const rows = texts.map((text, at) =>
        rowOf('hostile', at, {
          name: text,
          count: at % 2 ? -(2 ** 31) : 2 ** 31 - 1,
          is: true,
          bytes: Buffer.from([0, 255]),
        }),
      )
      rows.push(rowOf('hostile', Number.MAX_SAFE_INTEGER, { id: `o'clock` }))
      await store.writeTogether(
        table,
        rows.map((row) => ({ row, stamp: 1 })),
      )
      expect(await read('hostile')).toEqual(rows)
      expect(await read('nobody')).toEqual([])
    })

    test('the highest stamp wins, in whatever order writes arrive', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.uuid(),
          fc.shuffledSubarray([1, 2, 3, 4, 5], { minLength: 1 }),
          async (owner, stamps) => {
            for (const stamp of stamps)
              await store.writeTogether(table, [
                { row: rowOf(owner, 0, { count: stamp, name: `v${stamp}` }), stamp },
              ])
            const best = Math.max(...stamps)
            expect(await read(owner)).toEqual([rowOf(owner, 0, { count: best, name: `v${best}` })])
          },
        ),
        { numRuns: 30 },
      )
    })

    test('many writers of one row at once end at the highest stamp', async () => {
      const stamps = Array.from({ length: 200 }, (_, at) => ((at * 7_919) % 200) + 1)
      await Promise.all(
        stamps.map((stamp) =>
          store.writeTogether(table, [{ row: rowOf('busy', 0, { count: stamp }), stamp }]),
        ),
      )
      expect(await read('busy')).toEqual([rowOf('busy', 0, { count: 200 })])
    })

    test('a write repeated changes nothing', async () => {
      const writes = [1, 2].map((at) => ({ row: rowOf('again', at, { count: at }), stamp: 7 }))
      await store.writeTogether(table, writes)
      await store.writeTogether(table, writes)
      expect(await read('again')).toEqual(writes.map(({ row }) => row))
    })

    test('of two writes with one stamp the greater value by bytes stays, in whatever order they arrive', async () => {
      const pairs = [
        [{ count: -1 }, { count: 1 }],
        [{ name: 'ab' }, { name: 'a' }],
        [{ is: true }, { is: false }],
        [{ bytes: Buffer.from([255]) }, { bytes: Buffer.from([1, 2]) }],
      ]
      for (const [at, [greater, smaller]] of pairs.entries())
        for (const order of [
          [greater, smaller],
          [smaller, greater],
        ]) {
          const owner = `tie-${at}-${order[0] === greater}`
          for (const changes of order)
            await store.writeTogether(table, [{ row: rowOf(owner, 0, changes), stamp: 3 }])
          expect(await read(owner)).toEqual([rowOf(owner, 0, greater)])
        }
    })

    test('a store that was always there says so', async () => {
      await store.writeTogether(table, [{ row: rowOf('confirmed', 1), stamp: 1 }])
      await expect(Promise.all([store.confirm(), store.confirm()])).resolves.toHaveLength(2)
      expect(await read('confirmed')).toHaveLength(1)
    })

    test('a row without one of its columns is refused', async () => {
      const incomplete = Object.fromEntries(
        Object.entries(rowOf('incomplete', 0)).filter(([column]) => column !== 'name'),
      )
      await expect(store.writeTogether(table, [{ row: incomplete, stamp: 1 }])).rejects.toThrow(/name/)
      expect(await read('incomplete')).toEqual([])
    })

    test('a read without a limit reads every row of a partition', async () => {
      const rows = Array.from({ length: 12_000 }, (_, at) => rowOf('endless', at))
      for (let at = 0; at < rows.length; at += 1_000)
        await store.writeTogether(
          table,
          rows.slice(at, at + 1_000).map((row) => ({ row, stamp: 1 })),
        )
      expect((await read('endless')).map(({ at }) => at)).toEqual(rows.map(({ at }) => at))
    })

    test('ten thousand writes at once are all stored', async () => {
      const rows = Array.from({ length: 10_000 }, (_, at) => rowOf(`crowd-${at % 10}`, at))
      await Promise.all(rows.map((row) => store.writeTogether(table, [{ row, stamp: 1 }])))
      expect((await read('crowd-7')).length).toBe(1_000)
    })

    test('rows of many partitions are written at once', async () => {
      const rows = Array.from({ length: 60 }, (_, at) => rowOf(`part-${at % 20}`, at))
      await store.writeTogether(
        table,
        rows.map((row) => ({ row, stamp: 1 })),
      )
      for (let part = 0; part < 20; part++)
        expect((await read(`part-${part}`)).map(({ at }) => at)).toEqual([part, part + 20, part + 40])
    })

    test('rows written together are seen together', async () => {
      const write = (count: number) =>
        store.writeTogether(
          table,
          [0, 1, 2].map((at) => ({ row: rowOf('pair', at, { count }), stamp: count })),
        )
      await write(1)
      let isWriting = true
      const writing = (async () => {
        for (let count = 2; count < 150; count++) await write(count)
        isWriting = false
      })()
      while (isWriting) expect(new Set((await read('pair')).map(({ count }) => count)).size).toBe(1)
      await writing
    })

    test('a partition of 1,000 rows is paged in order, both ways', async () => {
      const rows = Array.from({ length: 1_000 }, (_, at) =>
        rowOf('long', Math.floor(at / 2), { id: `i${at % 2}` }),
      )
      for (const each of [table, newestFirst]) {
        await store.writeTogether(
          each,
          rows.map((row) => ({ row, stamp: 1 })),
        )
        const seen: StoredRow[] = []
        for (let last = seen.at(-1); seen.length < 1_000; last = seen.at(-1)) {
          const after = last && [last['at'] as number, last['id'] as string]
          seen.push(
            ...(await store.read(each, {
              partition: { owner: 'long' },
              limit: 333,
              ...(after && { after }),
            })),
          )
        }
        expect(seen).toEqual(each.descending === true ? [...rows].reverse() : rows)
      }
    })

    test('chosen rows of a partition are read at once', async () => {
      await store.writeTogether(
        table,
        [1, 2, 3, 4].map((at) => ({ row: rowOf('some', at), stamp: 1 })),
      )
      const some = await store.read(table, { partition: { owner: 'some' }, in: [4, 2, 9] })
      expect(some.map(({ at }) => at)).toEqual([2, 4])
    })

    test('rows looked for by their whole key, many at once, are found each for itself', async () => {
      const owners = Array.from({ length: 150 }, (_, at) => `one-${at}`)
      await Promise.all(
        owners.map((owner, at) =>
          store.writeTogether(
            table,
            [0, 1].map((place) => ({ row: rowOf(owner, place, { id: `i${place}`, count: at }), stamp: 1 })),
          ),
        ),
      )
      const wanted = [...owners, 'missing', 'one-0', `'; DROP TABLE x; --`]
      const find = (owner: string, place: number, id: string) =>
        store.read(table, { partition: { owner }, at: [place, id] })
      const found = await Promise.all([
        ...wanted.map((owner) => find(owner, 1, 'i1')),
        find('one-7', 0, 'i0'),
        find('one-7', 0, 'i1'),
      ])
      const rowAt = (at: number, place = 1) => [rowOf(`one-${at}`, place, { id: `i${place}`, count: at })]
      expect(found).toEqual([...owners.map((_owner, at) => rowAt(at)), [], rowAt(0), [], rowAt(7, 0), []])
    })

    test('a table with another layout is refused, and is as it was', async () => {
      const packed: Table = { ...table, name: 'contract_packed', layout: '0123abcd' }
      await store.ensure(packed)
      await store.ensure(packed)
      await store.ensure({ ...packed, layout: undefined })
      await store.writeTogether(packed, [{ row: rowOf('packed', 1), stamp: 1 }])
      await expect(store.ensure({ ...packed, layout: '4567abcd' })).rejects.toThrow(LayoutChanged)
      expect(await store.read(packed, { partition: { owner: 'packed' } })).toEqual([rowOf('packed', 1)])
      await store.ensure(packed)
      await store.drop(packed)
      await store.ensure({ ...packed, layout: '4567abcd' })
    })

    test('a table without a layout takes the first one', async () => {
      const old: Table = { ...table, name: 'contract_old' }
      await store.ensure(old)
      await store.ensure({ ...old, layout: '0123abcd' })
      await expect(store.ensure({ ...old, layout: '4567abcd' })).rejects.toThrow(
        /contract_old .* new version/,
      )
    })

    test('a batch as large as an edit of many pages is one write', async () => {
      const rows = Array.from({ length: 60 }, (_, at) =>
        rowOf('wide', at, { bytes: Buffer.alloc(24_000, at) }),
      )
      await store.writeTogether(
        table,
        rows.map((row) => ({ row, stamp: 1 })),
      )
      expect(await read('wide')).toEqual(rows)
    })
  })
}
