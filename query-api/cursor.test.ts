import { createHash } from 'node:crypto'
import { beforeAll, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { createInMemoryParts } from '@reprise/adapters/in-memory/stores.in-memory.ts'
import { rowLayoutOf } from '@reprise/core/layout/row-layout.ts'
import type { Cell, RowStore, Table } from '@reprise/core/ports/row-store.port.ts'
import { parsed } from '@reprise/core/invalid-request.ts'
import { Problem } from '@reprise/core/problem.ts'
import { catalogueSearch } from '@reprise/projectors/catalogue-search.projection.ts'
import { findProjections, projectionsFolder } from '@reprise/projectors/engine/find-projections.ts'
import { listeningHistory } from '@reprise/projectors/listening-history.projection.ts'
import { playlistTracks } from '@reprise/projectors/playlist-tracks.projection.ts'
import { topics } from '@reprise/schemas/topics.ts'
import { askedDirectly } from './asked-directly.ts'
import { cursorOf, type PagedList } from './cursor.ts'
import { hearts } from './derived/example-projections.ts'
import { queriesOf } from './queries.ts'
import { seededViews } from './seeded-views.ts'
import { searchOptions } from './search/search-request.ts'
import { searchedViews } from './search/searched-views.ts'
import { mine, now } from './served-views.ts'

const parts = createInMemoryParts()
let reads = 0
let ask: ReturnType<typeof askedDirectly>

/** Refuses what Cassandra would. */
const expectTyped = ({ clustering, columns }: Table, after: readonly Cell[]) => {
  if (after.length > clustering.length) throw new Error('more values than clustering columns')
  for (const [at, value] of after.entries()) {
    const type = columns[clustering[at] ?? '']
    const fits =
      type === 'int'
        ? Number.isInteger(value) && value === (Number(value) | 0)
        : type === 'bigint'
          ? Number.isSafeInteger(value)
          : typeof value === 'string'
    if (!fits) throw new TypeError(`${String(value)} is no ${type}`)
  }
}
const rows: RowStore = {
  ...parts.rows,
  read: (table, query) => {
    reads++
    expectTyped(table, query.after ?? [])
    return parts.rows.read(table, query)
  },
}

beforeAll(async () => {
  const views = await seededViews(parts)
  await views.ensure()
  await views.playlist({ playlistId: mine })
  await views.tracks(mine, 3)
  for (const nth of [1, 2, 3]) await views.play('ann', now - nth, `play-${nth}`)
  await parts.rows.ensure(rowLayoutOf(hearts).table)
  const declarations = [...(await findProjections(projectionsFolder)), hearts]
  const partitions = Object.fromEntries(
    Object.entries(topics).map(([name, topic]) => [name, topic.partitions]),
  )
  const sources = {
    rows,
    documents: parts.documents,
    watermarks: { of: () => 0 },
    partitions: partitions as never,
    now: () => now,
  }
  ask = askedDirectly(queriesOf(declarations, sources), 'ann')
})

/** A cursor as anybody can make it who has read how. */
const forged = ({ view, list }: PagedList, text: string): string => {
  const check = createHash('sha256')
    .update(JSON.stringify([view.name, view.version, list]))
    .update(text)
    .digest()
  return Buffer.concat([check.subarray(0, 8), Buffer.from(text)]).toString('base64url')
}

const lists = {
  '/v1/me/plays': { view: listeningHistory, list: ['ann'] },
  '/v1/me/hearts': { view: hearts, list: ['ann'] },
  '/v1/playlists/:playlistId/tracks': { view: playlistTracks, list: [mine] },
} as const
type Path = keyof typeof lists
const paths = Object.keys(lists) as readonly Path[]
const follow = (path: Path, cursor: string) =>
  ask(path, { params: { playlistId: mine }, options: { cursor } })

const hostile = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.maxSafeInteger(),
  fc.string({ unit: 'binary' }),
  fc.jsonValue(),
)
const places = fc.oneof(
  fc.jsonValue(),
  fc.array(hostile, { maxLength: 3 }),
  fc.record({ startedAt: hostile, identity: hostile }),
  fc.record({ startedAt: fc.integer({ min: 0, max: now + 1e9 }), identity: fc.string({ unit: 'binary' }) }),
  fc.record({ from: hostile, version: hostile }),
)
const texts = fc.oneof(
  fc.string({ unit: 'binary' }),
  places.map((place) => JSON.stringify(place)),
)

it('whatever a cursor holds, it is refused as such or leads to a bounded number of reads', async () => {
  const years = new Date(now).getUTCFullYear() - 2000 + 1
  const follows = fc.constantFrom(...paths)
  await fc.assert(
    fc.asyncProperty(follows, texts, async (path, text) => {
      reads = 0
      try {
        await follow(path, forged(lists[path], text))
      } catch (error) {
        if (!(error instanceof Problem)) throw error
        expect(['bad-cursor', 'invalid-request']).toContain(error.code)
      }
      expect(reads).toBeLessThanOrEqual(years)
    }),
    { numRuns: 2_000 },
  )
})

it.each<readonly [Path, unknown]>([
  ['/v1/me/plays', { startedAt: 8.64e15, identity: 'x' }],
  ['/v1/me/plays', { startedAt: now + 2 * 86_400_000, identity: 'x' }],
  ['/v1/me/plays', { startedAt: Date.UTC(1999, 11, 31), identity: 'x' }],
  ['/v1/me/plays', { startedAt: now, identity: 7 }],
  ['/v1/me/plays', { startedAt: now, identity: '\ud800' }],
  ['/v1/me/hearts', ['1']],
  ['/v1/me/hearts', [2 ** 31]],
  ['/v1/me/hearts', [1.5]],
  ['/v1/me/hearts', [1, 2]],
  ['/v1/me/hearts', []],
  ['/v1/playlists/:playlistId/tracks', { from: -1, version: 1 }],
])('%s refuses the place %j', async (path, place) => {
  await expect(follow(path, cursorOf(lists[path], place))).rejects.toMatchObject({ code: 'bad-cursor' })
})

it.each(paths)('%s refuses what is no JSON', async (path) => {
  for (const text of ['{', '', 'NaN', '"\ud800'])
    await expect(follow(path, forged(lists[path], text))).rejects.toMatchObject({ code: 'bad-cursor' })
})

it.each([
  { step: 'precise', shown: -1, sort: [1, 1, 1, 'x'] },
  { step: 'precise', shown: 20, sort: [1e300, 1, 1, 'x'] },
  { step: 'precise', shown: 20, sort: [1, 0.5, 1, 'x'] },
  { step: 'precise', shown: 20, sort: [1, 1, 2 ** 40, 'x'] },
  { step: 'precise', shown: 20, sort: [1, 1, 1, 7] },
])('a search refuses the place %j, which its index would', async (place) => {
  const { cursor: _cursor, limit: _limit, ...asked } = parsed(searchOptions, { q: 'x' })
  const versions = searchedViews.map(({ version }) => version).join()
  const list = { view: catalogueSearch, list: [versions, JSON.stringify(asked), 'ann'] }
  const follow = (at: unknown) => ask('/v1/search', { options: { q: 'x', cursor: cursorOf(list, at) } })
  await expect(follow(place)).rejects.toMatchObject({ code: 'bad-cursor' })
  await follow({ step: 'precise', shown: 20, sort: [1.5, -1, 1_001, 'x'] })
})

it('takes its own cursors', async () => {
  const { body } = await ask('/v1/me/plays', { options: { limit: '2' } })
  const { body: rest } = await follow('/v1/me/plays', String(body['next']))
  expect(rest).toMatchObject({ items: [{ identity: 'play-3' }], next: null })
})
