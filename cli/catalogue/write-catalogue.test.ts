import { expect, test } from '@jest/globals'
import { DatabaseError, type Client } from 'pg'
import type { Catalogue, TrackRow } from './catalogue-rows.ts'
import { statements } from './statements.ts'
import { RowRefused, writeCatalogue } from './write-catalogue.ts'

type Call = { readonly client: number; readonly text: string; readonly ids: readonly string[] }

/** Connections that remember, in one row, what was asked of them; `answer` may refuse. */
const connections = (count: number, answer: (call: Call) => void = () => undefined) => {
  const calls: Call[] = []
  const clients = Array.from({ length: count }, (_none, client) => ({
    query: async (text: string, [rows = '[]']: readonly string[] = []) => {
      const ids = (JSON.parse(rows) as { readonly id: string }[]).map(({ id }) => id)
      const call = { client, text, ids }
      calls.push(call)
      await Promise.resolve()
      answer(call)
      return { rowCount: ids.length }
    },
  }))
  return { calls, clients: clients as unknown as readonly Client[] }
}

const rows = <Row>(count: number, rowOf: (id: string) => Row): readonly Row[] =>
  Array.from({ length: count }, (_none, index) => rowOf(`id${String(index).padStart(5, '0')}`))

const track = (id: string): TrackRow => ({ id, title: id, albumId: null, artistIds: ['a'] })
const catalogue: Catalogue = {
  artists: rows(4_001, (id) => ({ id, name: id })),
  albums: rows(2_000, (id) => ({ id, name: id, artistId: null })),
  tracks: rows(9_000, track),
}
const none = (): void => undefined

const idsOf = (calls: readonly Call[], text: string): readonly string[] =>
  calls.filter((call) => call.text === text).flatMap(({ ids }) => ids)

test('every row is written once, whichever connection takes it, and told of', async () => {
  const { calls, clients } = connections(3)
  let told = 0
  const written = await writeCatalogue(clients, catalogue, (count) => (told += count))
  expect(idsOf(calls, statements.artists).toSorted()).toEqual(catalogue.artists.map(({ id }) => id))
  expect(idsOf(calls, statements.tracks).toSorted()).toEqual(catalogue.tracks.map(({ id }) => id))
  expect(written).toMatchObject({ artists: 4_001, albums: 2_000, tracks: 9_000 })
  expect(told).toBe(15_001)
  expect(new Set(calls.map(({ client }) => client)).size).toBe(3)
})

test('a transaction holds tracks and, after them, their artists', async () => {
  const { calls, clients } = connections(3)
  await writeCatalogue(clients, catalogue, none)
  const ofTracks = calls.slice(calls.findIndex(({ text }) => text === statements.tracks))
  for (const client of [0, 1, 2]) {
    const texts = ofTracks.filter((call) => call.client === client && call.ids.length > 0)
    for (let at = 0; at < texts.length; at += 3) {
      const three = texts.slice(at, at + 3)
      expect(three.map(({ text }) => text)).toEqual([
        statements.tracks,
        statements.surplusCredits,
        statements.credits,
      ])
      expect(new Set(three.map(({ ids }) => ids.join())).size).toBe(1)
    }
  }
})

test('a table waits for the one that it refers to, and its last rows for all of its others', async () => {
  const { calls, clients } = connections(3)
  await writeCatalogue(clients, catalogue, none)
  const at = (text: string) => calls.findIndex((call) => call.text === text)
  const lastAt = (text: string) => calls.findLastIndex((call) => call.text === text)
  expect(lastAt(statements.artists)).toBeLessThan(at(statements.albums))
  expect(lastAt(statements.albums)).toBeLessThan(at(statements.tracks))
  const last = calls.findIndex(({ text, ids }) => text === statements.tracks && ids.includes('id08999'))
  expect(calls.slice(0, last).filter(({ text }) => text === 'BEGIN')).toHaveLength(
    calls.slice(0, last).filter(({ text }) => text === 'COMMIT').length + 1,
  )
})

test('nothing is asked for an empty table', async () => {
  const { calls, clients } = connections(2)
  await writeCatalogue(clients, { artists: [], albums: [], tracks: [] }, none)
  expect(calls).toEqual([])
})

test('a row that is refused ends it in the words of the database, for every connection', async () => {
  const refusal = Object.assign(new DatabaseError('no such album', 1, 'error'), {
    detail: 'It is not there.',
  })
  const { calls, clients } = connections(2, ({ text, ids }) => {
    if (text === statements.artists && ids.includes('id00000')) throw refusal
  })
  const many = { ...catalogue, artists: rows(40_000, (id) => ({ id, name: id })) }
  const failure: unknown = await writeCatalogue(clients, many, none).catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(RowRefused)
  expect((failure as RowRefused).message).toBe('no such album. It is not there.')
  expect(calls.filter(({ client }) => client === 0).at(-1)?.text).toBe('ROLLBACK')
  expect(idsOf(calls, statements.artists).length).toBeLessThan(10_000)
})

test('a connection that breaks is told as what it is', async () => {
  const { clients } = connections(1, ({ text }) => {
    if (text !== 'BEGIN') throw new Error('Connection terminated unexpectedly')
  })
  await expect(writeCatalogue(clients, catalogue, none)).rejects.toThrow(
    new Error('Connection terminated unexpectedly'),
  )
})
