import { describe, expect, test } from '@jest/globals'
import { createInMemoryRowStore } from '@reprise/adapters/in-memory/row-store.in-memory.ts'
import type { RowStore, Table } from '@reprise/core/ports/row-store.port.ts'
import fc from 'fast-check'
import { writeRows } from './write-rows.ts'

const table: Table = {
  name: 'rows',
  partitionKey: ['owner'],
  clustering: ['at'],
  columns: { owner: 'text', at: 'int', text: 'text' },
}
type Group = { readonly owner: string; readonly texts: readonly string[] }

/** What was written, request by request: owners and texts. */
const written = async (groups: readonly Group[]) => {
  const store = createInMemoryRowStore()
  await store.ensure(table)
  const requests: { readonly owner: string; readonly text: string }[][] = []
  let made = 0
  const heard: RowStore = {
    ...store,
    writeTogether: (of, writes) => {
      requests.push(writes.map(({ row }) => ({ owner: String(row['owner']), text: String(row['text']) })))
      return store.writeTogether(of, writes)
    },
  }
  await writeRows({
    store: heard,
    table,
    groups,
    ownerOf: ({ owner }) => owner,
    rowsOf: ({ owner, texts }) => texts.map((text) => ({ row: { owner, at: made++, text }, stamp: 1 })),
  })
  return requests
}
const sizesOf = (requests: readonly (readonly unknown[])[]) => requests.map(({ length }) => length)
const alone = (count: number, length = 1): Group[] =>
  Array.from({ length: count }, (_, at) => ({ owner: `owner-${at}`, texts: ['x'.repeat(length)] }))
const one = (owner: string, count: number, length = 1): Group[] =>
  Array.from({ length: count }, () => ({ owner, texts: ['x'.repeat(length)] }))

describe('rows', () => {
  test('of many partitions share a request up to sixty', async () => {
    expect(sizesOf(await written(alone(130)))).toEqual([60, 60, 10])
  })

  test('of many partitions share a request up to 32,000 bytes', async () => {
    expect(sizesOf(await written(alone(10, 9_900)))).toEqual([3, 3, 3, 1])
    expect(sizesOf(await written([...alone(1, 40_000), { owner: 'small', texts: ['x'] }]))).toEqual([1, 1])
    const wide = { owner: 'ü'.repeat(8_000), texts: ['ü'.repeat(4_000)] }
    expect(sizesOf(await written([wide, { ...wide, owner: 'other' }]))).toEqual([1, 1])
  })

  test('of one partition go together, however far apart they came', async () => {
    const groups = Array.from({ length: 90 }, (_, at) => ({ owner: `owner-${at % 3}`, texts: [`${at}`] }))
    const requests = await written(groups)
    expect(requests.map((rows) => [...new Set(rows.map(({ owner }) => owner))])).toEqual([
      ['owner-0', 'owner-1'],
      ['owner-2'],
    ])
  })

  test('of one partition share a request up to a hundred, and two million bytes', async () => {
    expect(sizesOf(await written(one('big', 250)))).toEqual([100, 100, 50])
    expect(sizesOf(await written(one('big', 5, 900_000)))).toEqual([2, 2, 1])
    expect(sizesOf(await written([...alone(10), ...one('big', 70), ...one('last', 5)]))).toEqual([10, 70, 5])
  })

  test('of one group are never cut', async () => {
    const group = (owner: string) => ({ owner, texts: Array.from({ length: 70 }, String) })
    expect(sizesOf(await written([group('a'), group('a'), group('b')]))).toEqual([70, 70, 70])
  })

  test('are all written once, whatever they are', async () => {
    const owner = fc.constantFrom('a', 'b', 'c', 'd')
    const text = fc.nat(20_000).map((length) => 'x'.repeat(length))
    const group = fc.record({ owner, texts: fc.array(text, { maxLength: 40 }) })
    await fc.assert(
      fc.asyncProperty(fc.array(group, { maxLength: 60 }), async (groups) => {
        const rows = (await written(groups)).flat()
        for (const name of ['a', 'b', 'c', 'd'])
          expect(rows.filter((row) => row.owner === name).map((row) => row.text)).toEqual(
            groups.filter((each) => each.owner === name).flatMap(({ texts }) => texts),
          )
      }),
      { numRuns: 50 },
    )
  })
})
