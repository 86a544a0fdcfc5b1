import { expect, it } from '@jest/globals'
import { createInMemoryStores } from '@reprise/adapters/in-memory/stores.in-memory.ts'
import { json } from '@reprise/core/columns.ts'
import { cassandraPages } from '@reprise/core/projection.ts'
import { get, toEveryone, toReadersOfPlaylist } from '@reprise/core/projection-query.ts'
import { type Declarations, derivedQueries } from './derived-queries.ts'
import { edits } from './example-projections.ts'

const served = (declarations: Declarations) =>
  derivedQueries(declarations, {
    ...createInMemoryStores(),
    partitions: {} as never,
    watermarks: { of: () => 0 },
    now: Date.now,
  })

it('a list whose items have different readers is refused at the start', () => {
  const list = {
    ...edits,
    store: cassandraPages({ partitionKey: 'userId' }),
    query: get('/v1/users/:userId/edits', { visible: toReadersOfPlaylist }),
  }
  expect(() => served([list])).toThrow(/^projection edits: it can't be served at .* keep rows/)
})

it('a column whose schema is none is refused at the start, by its name', () => {
  const odd = { ...edits, row: { ...edits.row, tags: json<readonly string[]>({ type: 'list' }) } }
  expect(() => served([odd])).toThrow(
    "projection edits: the JSON Schema of column tags can't be used: Unsupported type: list. Declare a plainer one",
  )
})

it('a path that says too little of the key is refused at the start', () => {
  const vague = { ...edits, query: get('/v1/edits', { visible: toEveryone }) }
  expect(() => served([vague])).toThrow(/nothing of playlistId/)
})
