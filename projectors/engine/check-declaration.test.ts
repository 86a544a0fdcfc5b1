import { describe, expect, test } from '@jest/globals'
import { boolean, columns, int, json, text } from '@reprise/core/columns.ts'
import type { Columns } from '@reprise/core/columns.ts'
import { webhook } from '@reprise/core/effect-projection.ts'
import {
  cassandraPages,
  cassandraTable,
  openSearchIndex,
  partialCount,
  quarantineKey,
  type Storage,
} from '@reprise/core/projection.ts'
import { checkDeclaration } from './check-declaration.ts'
import { findProjections, projectionsFolder } from './find-projections.ts'

const declared = {
  name: 'artist-fans',
  version: 1,
  row: columns({ userId: text(), likes: int() }) as Columns,
  store: cassandraTable({ partitionKey: ['userId'] }) as Storage,
  onFailure: quarantineKey({ attempts: 3 }),
}
const checked = (changes: Partial<typeof declared>) => () => checkDeclaration({ ...declared, ...changes })

test('what is declared here can be run, at any version', async () => {
  for (const found of await findProjections(projectionsFolder)) checkDeclaration(found)
  expect(checked({ version: 12 })).not.toThrow()
})

describe('names', () => {
  test.each(['play-index', 'play-verdicts'])(
    '%s is that of a table of the engine, whatever the version',
    (name) => {
      for (const version of [1, 2, 3])
        expect(checked({ name, version })).toThrow(
          `projection ${name} v${version}: the tables of the play index are called so. Give it another name`,
        )
    },
  )

  test.each(['a_b', 'aB', 'a--b', 'a-', '-a', '2a', '', 'a b', 'é', 'a.b', '../a', 'a'.repeat(151)])(
    '"%s" is refused: its table would be called as another one, or not be made',
    (name) => expect(checked({ name })).toThrow(/ this is no name of a projection.* as in artist-fans$/),
  )

  test.each([0, -1, 1.5, NaN])('version %d is refused', (version) =>
    expect(checked({ version })).toThrow('a version is a whole number from 1 on'),
  )
})

describe('columns', () => {
  test('two that are stored as one are refused', () => {
    const row = columns({ userId: text(), aB: int(), a_b: int() })
    expect(checked({ row })).toThrow(
      'projection artist-fans v1: the columns aB and a_b would both be stored as a_b. Rename one of them',
    )
    const mappings = { userId: {}, aB: {}, a_b: {} }
    expect(checked({ row, store: openSearchIndex({ id: 'userId', mappings }) })).not.toThrow()
    expect(checked({ row, store: cassandraPages({ partitionKey: 'userId' }) })).not.toThrow()
  })

  test.each(['position_', 'absent_', 'values_', 'own_', 'checkpoint_', '_id', 'Name', 'a"b', 'a.b', 'ü', ''])(
    'none is called "%s", in whatever store',
    (name) => {
      const row = { userId: text(), [name]: int() }
      const refusal = `"${name}" can't name a column`
      expect(checked({ row })).toThrow(refusal)
      expect(checked({ row, store: cassandraPages({ partitionKey: 'userId' }) })).toThrow(refusal)
      expect(checked({ store: cassandraPages({ partitionKey: name }) })).toThrow(refusal)
      expect(checked({ store: partialCount({ partitionKey: 'day', clustering: name }) })).toThrow(refusal)
      const mappings = { userId: {}, [name]: {} }
      expect(checked({ row, store: openSearchIndex({ id: 'userId', mappings }) })).toThrow(refusal)
    },
  )

  test.each(['select', 'token', 'key', 'order', 'constructor'])('"%s" is a name like any other', (name) => {
    expect(checked({ row: { userId: text(), [name]: int() } })).not.toThrow()
    expect(checked({ store: cassandraTable({ partitionKey: [name] }) })).toThrow(`${name} isn't in row`)
    const store = openSearchIndex({ id: 'userId', mappings: { userId: {} } })
    expect(checked({ row: { userId: text(), [name]: int() }, store })).toThrow(
      'has no mapping for the column',
    )
  })
})

describe('the key of a table', () => {
  const store = cassandraTable({ partitionKey: ['userId'], clustering: ['at'] })

  test.each([
    ['optional', int().optional(), 'the key column at is optional, and every row has its key'],
    ['a list', json<string[]>({ type: 'array' }), 'the key column at is neither a text nor a number'],
    ['a truth', boolean(), 'the key column at is neither a text nor a number'],
  ])('is not %s', (_what, at, refusal) => {
    expect(checked({ row: columns({ userId: text(), at }), store })).toThrow(refusal)
    const first = cassandraTable({ partitionKey: ['at'] })
    expect(checked({ row: columns({ at }), store: first })).toThrow(refusal)
  })

  test('is in the row, has something in it, and nothing twice', () => {
    expect(checked({ store })).toThrow("the key column at isn't in row")
    expect(checked({ store: cassandraTable({ partitionKey: [] }) })).toThrow('has no partitionKey')
    const twice = cassandraTable({ partitionKey: ['userId'], clustering: ['userId'] })
    expect(checked({ store: twice })).toThrow('the key has userId twice')
  })
})

describe('counts', () => {
  const store = partialCount({ partitionKey: 'trackId', clustering: 'day' })

  test.each(['trackId', 'day', 'slot', 'slots'])('no sum is called %s, as answers have another one', (name) =>
    expect(checked({ row: { [name]: int() }, store })).toThrow(`no sum can be called ${name}`),
  )

  test('the two parts of the key are two columns', () => {
    const shared = partialCount({ partitionKey: 'trackId', clustering: 'track_id' })
    expect(checked({ store: shared })).toThrow('trackId and track_id would both be stored as track_id')
  })
})

describe('webhooks', () => {
  const url = 'https://example.org/hook'
  const effectOn = (options: Parameters<typeof webhook>[0]) => checked({ row: {}, store: webhook(options) })

  test('go to any address on the web', () => {
    for (const fine of [url, 'http://127.0.0.1:9/skips?a=b']) expect(effectOn({ url: fine })).not.toThrow()
    expect(effectOn({ url, headers: { Authorization: 'Bearer x' }, timeoutMs: 1 })).not.toThrow()
  })

  test.each(['', 'example.org', '/hook', 'ftp://example.org/', 'https://me:secret@example.org/'])(
    'but not to "%s", which would be waited for in vain',
    (odd) =>
      expect(effectOn({ url: odd })).toThrow(/its webhook has no url that can be posted to\. Begin it/),
  )

  test.each([{ 'a b': 'c' }, { a: 'secret\nb: c' }])('nor with headers that can not be sent: %j', (headers) =>
    expect(effectOn({ url, headers })).toThrow(/^(?!.*secret).*its webhook has a header that HTTP/),
  )

  test.each([0, -1, 0.5, NaN])('nor given up after %d ms', (timeoutMs) =>
    expect(effectOn({ url, timeoutMs })).toThrow('timeoutMs of its webhook is no number'),
  )
})
