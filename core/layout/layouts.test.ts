import { expect, test } from '@jest/globals'
import { boolean, type Columns, columns, int, json, text } from '../columns.ts'
import { cassandraPages, cassandraTable, partialCount } from '../projection.ts'
import { countLayoutOf } from './count-layout.ts'
import { listLayoutOf } from './list-layout.ts'
import { rowLayoutOf } from './row-layout.ts'

const base = { name: 'a-view', version: 1 }
const inRows = (row: Columns) =>
  rowLayoutOf({ ...base, row, store: cassandraTable({ partitionKey: ['id'] }) }).table.layout
const inPages = (row: Columns) =>
  listLayoutOf({ ...base, row, store: cassandraPages({ partitionKey: 'id' }) }).table.layout
const inCounts = (row: Columns) =>
  countLayoutOf({ ...base, row, store: partialCount({ partitionKey: 'id', clustering: 'day' }) }).table.layout
const row = columns({ id: text(), plays: int(), from: text().optional(), to: text().optional() })

test('rows have another layout when what stands in a column would be taken for something else', () => {
  const { id, plays, from, to } = row
  for (const changed of [
    { id, plays, to, from },
    { id, plays, from },
    { id, plays, from, to, via: text().optional() },
    { id, from, to, plays: text() },
    { id, plays, from: int().optional(), to },
    { id, plays, from: json({}), to },
    { id, plays, from, to, hidden: boolean() },
  ])
    expect(inRows(changed)).not.toBe(inRows(row))
  // A key's column has a place of its own, and a null lies among the values as anything else does.
  for (const same of [
    { plays, from, id, to },
    { id, plays: int().optional(), from, to },
  ])
    expect(inRows(same)).toBe(inRows(row))
})

test('a row comes back as it was stored, a marker of absence as null, each with its key and position', () => {
  const declared = { ...base, row, store: cassandraTable({ partitionKey: ['id'] }) }
  const { table, toStored, fromStored } = rowLayoutOf(declared)
  for (const value of [
    { id: 'a', plays: 0, from: null, to: '"\n\u2028' },
    { id: 'a', plays: 7, from: 'null', to: '[]' },
    null,
  ]) {
    const stored = toStored({ id: 'a' }, { position: 3, value })
    expect(Object.keys(stored).sort()).toEqual(Object.keys(table.columns).sort())
    expect(stored).toMatchObject({ id: 'a', position_: 3 })
    expect(fromStored(stored)).toEqual({ position: 3, value })
  }
})

test('so have lists and counts, whose values have no names', () => {
  const [one, other] = [columns({ plays: int(), skips: int() }), columns({ skips: int(), plays: int() })]
  expect(inPages(other)).not.toBe(inPages(one))
  expect(inCounts(other)).not.toBe(inCounts(one))
  expect(inCounts({ ...one })).toBe(inCounts(one))
})
