import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { createOpenSearchDocumentStore } from '@reprise/adapters/opensearch/opensearch-document-store.ts'
import { createInMemoryRowStore } from '@reprise/adapters/in-memory/row-store.in-memory.ts'
import { configurationOf } from '@reprise/core/configuration.ts'
import { documentLayoutOf } from '@reprise/core/layout/document-layout.ts'
import { playlistSearch } from '@reprise/projectors/playlist-search.projection.ts'
import { searchQuery } from './search.query.ts'

const logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}
const documents = createOpenSearchDocumentStore({
  node: configurationOf(process.env).openSearch,
  prefix: `search_${randomBytes(4).toString('hex')}_`,
  logger,
})
const { index, toStored } = documentLayoutOf(playlistSearch)
const search = searchQuery({
  rows: createInMemoryRowStore(),
  documents,
  watermarks: { of: () => 0 },
  partitions: { 'playlist-events': 1, 'playback-events': 1 },
  now: () => 0,
})

const facts = { streamVersion: 1, ownerId: 'ann', description: null, trackCount: 0, changedAt: 1 } as const
const playlists = [
  { name: 'Morgengruß' },
  { name: 'Café del Mar', description: 'sunset songs' },
  { name: 'Secret sunset', visibility: 'private' as const },
  ...Array.from({ length: 30 }, () => ({ name: 'Same name' })),
]

beforeAll(async () => {
  await documents.ensure(index)
  const writes = playlists.map((given, at) => {
    const playlistId = `p${at.toString().padStart(3, '0')}`
    const value = { ...facts, visibility: 'public' as const, playlistId, ...given }
    return { id: playlistId, document: toStored({ position: at, value }), stamp: at + 1 }
  })
  const absent = { id: 'gone', document: toStored({ position: 99, value: null }), stamp: 100 }
  await documents.write(index, [...writes, absent])
  await documents.refresh(index)
})
afterAll(() => documents.close())

type Hits = {
  readonly items: readonly { readonly playlistId: string; readonly name: string }[]
  readonly next: string | null
}
const found = async (q: string, userId?: string, options: Record<string, unknown> = {}) => {
  const caller = userId === undefined ? undefined : { userId, roles: [] }
  const asked = { params: {}, options: { q, limit: 20, type: 'playlist', ...options }, caller }
  return (await search.show(asked as never)).body as unknown as Hits
}
const names = ({ items }: Hits) => items.map(({ name }) => name)

it.each([
  ['morg', ['Morgengruß']],
  ['CAFE mar', ['Café del Mar']],
  ['sunset', ['Café del Mar']],
  ['cafe elsewhere', []],
  ['gone', []],
  ['"(*) AND -', []],
])('%s finds %j', async (q, expected) => {
  expect(names(await found(q))).toEqual(expected)
})

it('finds private playlists for their owner alone, a name before a description', async () => {
  expect(names(await found('sunset', 'ann'))).toEqual(['Secret sunset', 'Café del Mar'])
  expect(names(await found('sunset', 'bob'))).toEqual(['Café del Mar'])
})

it('pages through ties without leaving out or repeating any', async () => {
  const seen: string[] = []
  let cursor: string | undefined
  do {
    const page: Hits = await found('same', undefined, { limit: 7, cursor })
    seen.push(...page.items.map(({ playlistId }) => playlistId))
    cursor = page.next ?? undefined
  } while (cursor !== undefined)
  expect(seen).toHaveLength(30)
  expect(new Set(seen).size).toBe(30)
})
