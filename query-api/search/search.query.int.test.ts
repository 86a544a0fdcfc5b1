import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Client } from '@opensearch-project/opensearch'
import { createInMemoryRowStore } from '@reprise/adapters/in-memory/row-store.in-memory.ts'
import { createOpenSearchDocumentStore } from '@reprise/adapters/opensearch/opensearch-document-store.ts'
import type { ArtistFacts, Entity } from '@reprise/core/catalogue/entity.ts'
import { configurationOf } from '@reprise/core/configuration.ts'
import { documentLayoutOf } from '@reprise/core/layout/document-layout.ts'
import { entityDocumentLayoutOf } from '@reprise/core/layout/entity-layout.ts'
import { quiet } from '@reprise/core/quiet-logger.ts'
import { catalogueSearch } from '@reprise/projectors/catalogue-search.projection.ts'
import { playlistSearch } from '@reprise/projectors/playlist-search.projection.ts'
import { foldedNameOf } from '@reprise/core/search/folded-name.ts'
import { searchOptions } from './search-request.ts'
import { searchQuery } from './search.query.ts'
import { suggestQuery } from './suggest.query.ts'

const { openSearch: node } = configurationOf(process.env)
const prefix = `search_${randomBytes(4).toString('hex')}_`
const documents = createOpenSearchDocumentStore({ node, prefix, logger: quiet })
const playlists = documentLayoutOf(playlistSearch)
const catalogue = entityDocumentLayoutOf(catalogueSearch)
const sources = {
  rows: createInMemoryRowStore(),
  documents,
  watermarks: { of: () => 0 },
  partitions: { 'playlist-events': 1, 'playback-events': 1, 'library-events': 1, 'catalogue-changes': 1 },
  now: () => 0,
}
const search = searchQuery(sources)
const suggest = suggestQuery(sources)

const facts = { streamVersion: 1, ownerId: 'ann', description: null, trackCount: 0, changedAt: 1 } as const
const somePlaylists = [
  { name: 'Morgengruß' },
  { name: 'Café del Mar', description: 'sunset songs' },
  { name: 'Secret sunset', visibility: 'private' as const },
  ...Array.from({ length: 30 }, () => ({ name: 'Same name' })),
]

const artists: Readonly<Record<string, ArtistFacts>> = {
  adele: { name: 'Adele', country: 'GB', born: null, status: 'active' },
  abba: { name: 'ABBA', country: 'SE', born: null, status: 'active' },
  richie: { name: 'Lionel Richie', country: 'US', born: null, status: 'active' },
}
const track = (given: {
  readonly id: string
  readonly title: string
  readonly artist: string
  readonly released?: string
  readonly popularity?: number
  readonly kind?: 'episode'
  readonly genres?: readonly string[]
}): Entity => ({
  kind: 'track',
  id: given.id,
  popularity: given.popularity ?? -1,
  artists: [{ at: 0, artistId: given.artist }],
  facts: {
    kind: given.kind ?? 'song',
    title: given.title,
    albumId: null,
    durationMs: 1_000,
    released: given.released ?? null,
    isrc: null,
    genres: given.genres ?? [],
  },
})
const entities: readonly Entity[] = [
  ...Object.entries(artists).map(([id, artist]): Entity => ({
    kind: 'artist',
    id,
    popularity: -1,
    facts: artist,
  })),
  { kind: 'album', id: 'twentyfive', popularity: -1, facts: { name: '25', artistId: 'adele' } },
  track({ id: 'hello1', title: 'Hello', artist: 'adele', released: '2015', genres: ['pop'], popularity: 3 }),
  track({ id: 'hello2', title: 'Hello', artist: 'richie', released: '1983-10', genres: ['soul'] }),
  track({ id: 'waterloo', title: 'Waterloo', artist: 'abba', released: '1974', genres: ['Pop'] }),
  track({ id: 'talk', title: 'Talk about Hello', artist: 'richie', kind: 'episode', released: '2020' }),
  track({ id: 'demons', title: '<demons> & </b>', artist: 'abba' }),
]

beforeAll(async () => {
  for (const { index } of [playlists, catalogue]) await documents.ensure(index)
  const writes = somePlaylists.map((given, at) => {
    const playlistId = `p${at.toString().padStart(3, '0')}`
    const row = { ...facts, visibility: 'public' as const, playlistId, ...given }
    const more = row.description ?? ''
    const folded = foldedNameOf({ key: `playlist/${playlistId}`, rank: 3, name: row.name, artists: [], more })
    const value = { ...row, folded }
    return { id: playlistId, document: playlists.toStored({ position: at, value }), stamp: at + 1 }
  })
  const absent = { id: 'gone', document: playlists.toStored({ position: 99, value: null }), stamp: 100 }
  await documents.write(playlists.index, [...writes, absent])
  const referred = { artist: (id: string) => artists[id], album: () => undefined }
  await documents.write(
    catalogue.index,
    entities.map((entity, position) => {
      const id = `${entity.kind}/${entity.id}`
      const shown = catalogueSearch.show(entity, referred)
      return { id, document: catalogue.toStored({ id, position, entity, shown }), stamp: position + 1 }
    }),
  )
  for (const { index } of [playlists, catalogue]) await documents.refresh(index)
})
afterAll(async () => {
  await documents.close()
  const client = new Client({ node })
  const { body } = await client.indices.get({ index: `${prefix}*` })
  for (const index of Object.keys(body)) await client.indices.delete({ index })
  await client.close()
})

type Hit = {
  readonly type: string
  readonly id?: string
  readonly playlistId?: string
  readonly name?: string
  readonly title?: string
  readonly highlight: Readonly<Record<string, unknown>>
}
type Hits = { readonly total: number; readonly items: readonly Hit[]; readonly next: string | null }

const found = async (q: string, options: Record<string, unknown> = {}, userId?: string) => {
  const caller = userId === undefined ? undefined : { userId, roles: [] }
  const asked = { params: {}, options: searchOptions.parse({ q, ...options }), caller }
  return (await search.show(asked as never)).body as unknown as Hits
}
const names = ({ items }: Hits) => items.map(({ name, title }) => name ?? title)
const ids = ({ items }: Hits) => items.map(({ id, playlistId }) => id ?? playlistId)

describe('playlists', () => {
  it.each([
    ['morg', ['Morgengruß']],
    ['MORGENGRUSS', ['Morgengruß']],
    ['CAFE mar', ['Café del Mar']],
    ['caffe del mar', ['Café del Mar']],
    ['sunset', ['Café del Mar']],
    ['cafe elsewhere', []],
    ['gone', []],
    ['"(*) AND -', []],
  ])('%s finds %j', async (q, expected) => {
    expect(names(await found(q, { type: 'playlist' }))).toEqual(expected)
  })

  it('finds private ones for their owner alone, a name before a description', async () => {
    expect(names(await found('sunset', { type: 'playlist' }, 'ann'))).toEqual([
      'Secret sunset',
      'Café del Mar',
    ])
    expect(names(await found('sunset', {}, 'bob'))).toEqual(['Café del Mar'])
  })

  it('pages through ties without leaving out or repeating any', async () => {
    const seen: unknown[] = []
    let cursor: string | undefined
    do {
      const page: Hits = await found('same', { limit: '7', ...(cursor !== undefined && { cursor }) })
      seen.push(...ids(page))
      cursor = page.next ?? undefined
    } while (cursor !== undefined)
    expect(seen).toHaveLength(30)
    expect(new Set(seen).size).toBe(30)
  })

  it('takes a cursor for no other query', async () => {
    const { next } = await found('same', { limit: '7' })
    expect(next).not.toBeNull()
    await expect(found('name', { limit: '7', cursor: next })).rejects.toThrow('the cursor is malformed')
    await expect(found('same', { limit: '7', cursor: next }, 'ann')).rejects.toThrow(
      'the cursor is malformed',
    )
  })
})

describe('the catalogue', () => {
  it.each([
    ['hello', {}, ['hello1', 'hello2', 'talk']],
    ['hello richie', {}, ['hello2', 'talk']],
    ['helo adele', {}, ['hello1']],
    ['adele', {}, ['adele', 'hello1', 'twentyfive']],
    ['adele', { type: 'artist' }, ['adele']],
    ['hello', { country: 'us' }, ['hello2', 'talk']],
    ['abba', { country: 'SE', type: 'artist' }, ['abba']],
    ['abba', { country: 'GB' }, []],
    ['hello', { genre: 'POP' }, ['hello1']],
    ['hello', { year: '1980-1989' }, ['hello2']],
    ['hello', { year: '2015' }, ['hello1']],
    ['hello', { kind: 'episode' }, ['talk']],
    ['hello', { kind: 'song', type: 'track,playlist' }, ['hello1', 'hello2']],
  ])('%s with %j finds %j', async (q, options, expected) => {
    expect(ids(await found(q, options))).toEqual(expected)
  })

  it('marks what matched in the text as it is', async () => {
    const [hit] = (await found('demons abba')).items
    expect(hit?.title).toBe('<demons> & </b>')
    expect(hit?.highlight).toEqual({ title: [[1, 7]], artists: [[[0, 4]]], albumName: [] })
  })

  it('pages on in the step that it began with', async () => {
    const first = await found('watrloo', { limit: '1' })
    expect(ids(first)).toEqual(['waterloo'])
    const helo = await found('helo', { limit: '1' })
    expect(ids(helo)).toEqual(['hello1'])
    expect(ids(await found('helo', { limit: '5', cursor: helo.next }))).toEqual(['hello2', 'talk'])
  })
})

it.each([
  '\u0000\u0001x',
  '😀'.repeat(100),
  'a:b AND (c OR "d) [* TO *] ~2^3 \\ /re+/ {!x}',
  'x'.repeat(200),
  'ж '.repeat(100),
  '\ud800',
  '&'.repeat(200),
  'a-'.repeat(100),
  '時'.repeat(200),
  '-- ; DROP TABLE',
  '__proto__ constructor',
])('answers %j', async (q) => {
  if (searchOptions.safeParse({ q }).success) expect((await found(q)).total).toBeGreaterThanOrEqual(0)
})

it('suggests each name once, the best first', async () => {
  const suggested = async (q: string) => {
    const { body } = await suggest.show({ params: {}, options: { q, limit: 5 }, caller: undefined } as never)
    return (body['items'] as readonly { readonly text: string; readonly type: string }[]).map(
      ({ text }) => text,
    )
  }
  expect(await suggested('hel')).toEqual(['Hello', 'Talk about Hello'])
  expect(await suggested('same')).toEqual(['Same name'])
  expect(await suggested('watrloo')).toEqual(['Waterloo'])
  expect(await suggested('secret')).toEqual([])
})
