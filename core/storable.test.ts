import { describe, expect, test } from '@jest/globals'
import { boolean, columns, instant, int, json, long, oneOf, text } from './columns.ts'
import { cassandraPages, cassandraTable, openSearchIndex, partialCount } from './projection.ts'
import { createBodyCheck, createCountCheck, createKeyCheck, createRowCheck } from './storable.ts'

const row = columns({
  id: text(),
  count: int(),
  total: long(),
  at: instant(),
  isNew: boolean(),
  kind: oneOf('one', 'two'),
  note: text().optional(),
  tags: json<unknown>({ type: 'array' }),
})
const inRows = { name: 'views', row, store: cassandraTable({ partitionKey: ['id'] }) }
const inPages = { ...inRows, store: cassandraPages({ partitionKey: 'id' }) }
const inDocuments = {
  ...inRows,
  store: openSearchIndex({
    id: 'id',
    mappings: { id: { type: 'keyword' }, note: { type: 'text' }, count: { type: 'short' } },
  }),
}
const good = { id: 'a', count: 1, total: 2 ** 31, at: 1, isNew: false, kind: 'one', note: null, tags: [] }
const refusalOf = (check: () => void): string => {
  try {
    check()
    return ''
  } catch (error) {
    return (error as Error).message
  }
}
const lone = '\ud800'

describe('a column holds what it is declared to hold', () => {
  const check = createRowCheck(inRows)

  test.each([
    good,
    { ...good, count: -(2 ** 31), at: Number.MAX_SAFE_INTEGER, note: '👩‍🚀\0' },
    { ...good, id: 'x'.repeat(1_000_000), tags: { deep: [null, 1.5, 'x', true], left: undefined } },
  ])('%#: it does', (value) => expect(refusalOf(() => check(value, null))).toBe(''))

  test.each([
    [{ count: NaN }, "views: column count can't hold NaN, which is no whole number of 32 bits$"],
    [
      { count: 2 ** 31 },
      'count can.t hold 2147483648, which is no whole number of 32 bits: declare long\\(\\)',
    ],
    [{ total: 2 ** 53 }, 'column total can.t hold 9007199254740992'],
    [{ count: 0.5 }, 'no whole number'],
    [{ count: '1' }, 'column count can.t hold "1", which is no whole number'],
    [{ at: 2 ** 53 }, 'column at can.t hold 9007199254740992'],
    [{ isNew: 1 }, 'neither true nor false'],
    [{ kind: null }, 'column kind can.t hold null, which is no text'],
    [{ id: undefined }, 'column id can.t hold undefined'],
    [{ note: undefined }, 'column note can.t hold undefined'],
    [{ id: `a${lone}` }, String.raw`column id can.t hold "a\\ud800", which is no well-formed text`],
    [{ note: 'x'.repeat(1_000_001) }, 'can.t hold "x{60}"…, which has more than 1000000 characters'],
    [{ tags: [{ deep: [1, NaN] }] }, 'column tags.0.deep.1 can.t hold NaN, which JSON does not have'],
    [{ tags: ['x', undefined] }, 'column tags.1 can.t hold undefined'],
    [{ tags: { [lone]: 1 } }, 'no well-formed text'],
    [{ tags: [1n] }, 'column tags.0 can.t hold 1, which JSON does not have'],
    [{ tags: Array(300_000).fill(0) }, 'column tags can.t hold a list, which has more than'],
  ])('%#: it does not', (changes, words) =>
    expect(refusalOf(() => check({ ...good, ...changes }, good))).toMatch(new RegExp(words)),
  )

  test('what is as it was before is not looked at again', () =>
    expect(refusalOf(() => check({ ...good, tags: good.tags, id: 'b' }, good))).toBe(''))

  test('an item is smaller than a row, a field as its mapping says', () => {
    const long = { ...good, note: 'x'.repeat(4_001) }
    expect(refusalOf(() => createRowCheck(inPages)(long, null))).toContain('more than 4000 characters')
    const ofIndex = createRowCheck(inDocuments)
    expect(refusalOf(() => ofIndex({ ...good, note: 'x'.repeat(100_000) }, null))).toBe('')
    expect(refusalOf(() => ofIndex({ ...good, id: 'é'.repeat(16_383) }, null))).toBe('')
    expect(refusalOf(() => ofIndex({ ...good, id: 'é'.repeat(16_384) }, null))).toContain('32766 bytes')
    expect(refusalOf(() => ofIndex({ ...good, count: 32_768 }, null))).toContain('of 16 bits')
  })
})

test('a part of a key is a text of some bytes or a whole number', () => {
  const check = createKeyCheck({ ...inRows, store: cassandraTable({ partitionKey: ['id', 'count'] }) })
  expect(refusalOf(() => check('id', 'é'.repeat(1_000)))).toBe('')
  expect(refusalOf(() => check('id', 'é'.repeat(1_001)))).toContain("views: key id can't hold")
  expect(refusalOf(() => check('id', ''))).toContain('must begin with something')
  expect(refusalOf(() => check('id', lone))).toContain('no well-formed text')
  expect(refusalOf(() => check('count', NaN))).toContain('no whole number of 32 bits')
  const ofDocument = createKeyCheck(inDocuments)
  expect(refusalOf(() => ofDocument('id', 'x'.repeat(512)))).toBe('')
  expect(refusalOf(() => ofDocument('id', 'x'.repeat(513)))).toContain('more than 512 bytes')
  const ofCounts = createKeyCheck({
    ...inRows,
    store: partialCount({ partitionKey: 'song', clustering: 'day' }),
  })
  expect(refusalOf(() => ofCounts('day', ''))).toBe('')
  expect(refusalOf(() => ofCounts('song', 1.5))).toContain('key song')
})

test('sums stay exact, and slots few', () => {
  const check = createCountCheck(inRows)
  expect(refusalOf(() => check.sum('count', 2 ** 40))).toBe('')
  expect(refusalOf(() => check.sum('count', NaN))).toContain("column count can't hold NaN")
  expect(refusalOf(() => check.sum('count', 2 ** 53))).toContain('no whole number')
  expect(refusalOf(() => check.slot(lone, 0))).toContain("views: a slot can't hold")
  expect(refusalOf(() => check.slot('one more', 20_000))).toContain('which is one more than 20000')
})

test('what an effect sends is JSON', () => {
  const check = createBodyCheck(inRows)
  expect(refusalOf(() => check({ a: 1, b: undefined, c: 'x' }))).toBe('')
  expect(refusalOf(() => check({ a: { b: NaN } }))).toContain("views: the body.a.b can't hold NaN")
})
