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
    { id, plays: int().optional(), from, to },
    { id, plays, from: int().optional(), to },
    { id, plays, from: json({}), to },
    { id, plays, from, to, hidden: boolean() },
  ])
    expect(inRows(changed)).not.toBe(inRows(row))
  expect(inRows({ plays, from, id, to })).toBe(inRows(row))
})

test('so have lists and counts, whose values have no names', () => {
  const [one, other] = [columns({ plays: int(), skips: int() }), columns({ skips: int(), plays: int() })]
  expect(inPages(other)).not.toBe(inPages(one))
  expect(inCounts(other)).not.toBe(inCounts(one))
  expect(inCounts({ ...one })).toBe(inCounts(one))
})
