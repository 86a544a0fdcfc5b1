import { beforeEach, expect, it } from '@jest/globals'
import { columns, int, text } from '../columns.ts'
import { rowLayoutOf } from '../layout/row-layout.ts'
import type { RowStore } from '../ports/row-store.port.ts'
import { cassandraTable } from '../projection.ts'
import { createRowReader, type RowReader } from './row-reader.ts'

const view = {
  name: 'hearts',
  version: 1,
  row: columns({ userId: text(), nth: int() }),
  store: cassandraTable({ partitionKey: ['userId'], clustering: ['nth'] }),
}
const { toStored } = rowLayoutOf(view)
const ann = { userId: 'ann' }
let present: readonly boolean[] = []
let reads: number
let reader: RowReader<{ readonly userId: string; readonly nth: number }>

/** A partition whose rows are there or are markers of absence, each with its place as position. */
const store = {
  read: (_table, { after, at, limit = Infinity }) => {
    reads++
    const stored = present.map((isPresent, nth) =>
      toStored({ ...ann, nth }, { position: nth, value: isPresent ? { ...ann, nth } : null }),
    )
    const from = after === undefined ? 0 : Number(after[0]) + 1
    const all = at === undefined ? stored.slice(from) : stored.filter((_, nth) => at[0] === nth)
    return Promise.resolve(all.slice(0, limit))
  },
} as Pick<RowStore, 'read'> as RowStore
const nths = (rows: readonly { readonly value: { readonly nth: number } }[]) =>
  rows.map(({ value: { nth } }) => nth)

beforeEach(() => {
  reads = 0
  reader = createRowReader(store, view)
})

it('reads a page without markers in one read, and says where the next one begins', async () => {
  present = [true, true, true]
  expect(await reader.page(ann, { limit: 2 })).toMatchObject({ position: 2, next: [1] })
  expect(await reader.page(ann, { limit: 2, after: [1] })).toMatchObject({ position: 2, next: undefined })
  expect(reads).toBe(2)
})

it('looks for a whole key alone, whatever else has the beginning of it', async () => {
  const asked: unknown[] = []
  const seen = { ...view, row: columns({ userId: text(), day: text(), nth: int() }) }
  const { find } = createRowReader(
    {
      ...store,
      read: (_table, query) => {
        asked.push(query)
        return Promise.resolve([])
      },
    },
    { ...seen, store: cassandraTable({ partitionKey: ['userId'], clustering: ['day', 'nth'] }) },
  )
  await find({ ...ann, day: 'mon', nth: 7 })
  expect(asked).toEqual([{ partition: { user_id: 'ann' }, at: ['mon', 7] }])
})

it('goes on past markers, in a bounded number of reads', async () => {
  present = [true, ...Array<boolean>(400).fill(false), true, true]
  const page = await reader.page(ann, { limit: 2 })
  expect([nths(page.rows), page.next, reads]).toEqual([[0, 401], [401], 2])
})

it('ends a page early rather than read on for ever, and from there the next one finds the rest', async () => {
  present = [true, ...Array<boolean>(9_999).fill(false), true]
  const sizes: number[] = []
  const seen: number[] = []
  for (let after: readonly (string | number)[] | undefined; ;) {
    const before = reads
    const page = await reader.page(ann, { limit: 1, ...(after && { after }) })
    expect(reads - before).toBeLessThanOrEqual(4)
    sizes.push(page.rows.length)
    seen.push(...nths(page.rows))
    if (page.next === undefined) break
    after = page.next as readonly number[]
  }
  expect(seen).toEqual([0, 10_000])
  expect(sizes).toContain(0)
  expect(reads).toBeLessThan(40)
})

it('tells the newest position of what is no more', async () => {
  present = [true, false]
  expect(await reader.page(ann, { limit: 5 })).toMatchObject({ rows: [{ position: 0 }], position: 1 })
  expect(await reader.find({ ...ann, nth: 1 })).toEqual({ position: 1, value: null })
  expect(await reader.get({ ...ann, nth: 1 })).toBeUndefined()
  expect(await reader.find({ ...ann, nth: 2 })).toBeUndefined()
  present = []
  expect(await reader.page(ann, { limit: 5 })).toEqual({ rows: [], position: -1, next: undefined })
})
