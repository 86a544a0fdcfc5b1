import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { startHttpService } from '@reprise/adapters/http/http-service.ts'
import { createInMemoryParts } from '@reprise/adapters/in-memory/stores.in-memory.ts'
import { positionsOf, tokenOf } from '@reprise/core/position.ts'
import { playlistDetails } from '@reprise/projectors/playlist-details.projection.ts'
import { playlistTracks } from '@reprise/projectors/playlist-tracks.projection.ts'
import { seededPartition, type SeededViews } from '../seeded-views.ts'
import { as, createServedViews, expectProblem, mine, nobodys } from '../served-views.ts'

const secret = '0192f0aa-0000-7000-8000-000000000002'
const gone = '0192f0aa-0000-7000-8000-000000000003'
const { begin, end, get, bodyOf } = createServedViews(startHttpService)
let views: SeededViews
beforeEach(async () => {
  views = await begin(createInMemoryParts())
})
afterEach(end)

describe('playlists', () => {
  beforeEach(async () => {
    await views.ensure()
    await views.playlist({ playlistId: mine, name: 'Mine', streamVersion: 7 }, 41)
    await views.playlist({ playlistId: secret, visibility: 'private', collaborators: ['cid'] }, 3)
    await views.playlist({ playlistId: gone, deleted: true }, 4)
  })

  it('show details, version and position', async () => {
    const answer = await get(`/v1/playlists/${mine}`)
    expect(await answer.json()).toEqual({
      playlistId: mine,
      version: 7,
      ownerId: 'ann',
      name: 'Mine',
      description: null,
      visibility: 'public',
      collaborative: false,
      collaborators: [],
      trackCount: 0,
      createdAt: 1,
      changedAt: 1,
    })
    expect(answer.headers.get('etag')).toMatch(/^"7-[\w-]{16}"$/)
    expect(answer.headers.get('cache-control')).toBe('private, no-cache')
    expect(positionsOf(answer.headers.get('reprise-position') ?? '')).toEqual([
      { topic: 'playlist-events', partition: seededPartition('playlist-events', mine), offset: 41 },
    ])
  })

  it('are 304 for a client that has them, and not once they change', async () => {
    const etag = (await get(`/v1/playlists/${mine}`)).headers.get('etag') ?? ''
    for (const held of [etag, `"x", W/${etag}`, '*']) {
      const answer = await get(`/v1/playlists/${mine}`, { 'If-None-Match': held })
      expect(answer.status).toBe(304)
      expect(answer.headers.get('etag')).toBe(etag)
      expect(await answer.text()).toBe('')
    }
    await views.playlist({ playlistId: mine, name: 'Other', streamVersion: 7 }, 42)
    expect((await get(`/v1/playlists/${mine}`, { 'If-None-Match': etag })).status).toBe(200)
  })

  it('that are private exist for their owner and collaborators alone, deleted ones for nobody', async () => {
    for (const path of [`/v1/playlists/${secret}`, `/v1/playlists/${secret}/tracks`]) {
      expect((await get(path, as('ann'))).status).toBe(200)
      expect((await get(path, as('cid'))).status).toBe(200)
      const foreign = await get(path, as('bob'))
      expect(((await foreign.json()) as { detail: string }).detail.replace(secret, '')).toBe(
        ((await (await get(`/v1/playlists/${nobodys}`)).json()) as { detail: string }).detail.replace(
          nobodys,
          '',
        ),
      )
      expect((await get(path)).status).toBe(404)
    }
    expect((await get(`/v1/playlists/${gone}`, as('ann'))).status).toBe(404)
  })

  it('come several at once', async () => {
    const ids = [gone, mine.toUpperCase(), secret, nobodys, mine].join()
    const { items, missing } = await bodyOf(`/v1/playlists?ids=${ids}`, as('bob'))
    expect(items).toMatchObject([{ playlistId: mine, version: 7 }])
    expect(missing).toEqual([gone, secret, nobodys])
  })
})

describe('tracks of a playlist', () => {
  beforeEach(async () => {
    await views.playlist({ playlistId: mine, streamVersion: 3 })
    await views.tracks(mine, 1_000, { version: 3 })
  })
  const itemIds = (items: readonly { itemId: string }[]) => items.map(({ itemId }) => itemId)

  it('come page by page, whole and in order', async () => {
    const all: string[] = []
    let next: string | null = ''
    while (next !== null) {
      const body: { items: { itemId: string }[]; next: string | null; version: number; changed: boolean } =
        await bodyOf(`/v1/playlists/${mine}/tracks?limit=170${next && `&cursor=${next}`}`)
      expect(body).toMatchObject({ version: 3, changed: false, total: 1_000 })
      all.push(...itemIds(body.items))
      next = body.next
    }
    expect(all).toEqual(Array.from({ length: 1_000 }, (_, at) => `item-${at}`))
  })

  it('are reached anywhere by offset, also past the end', async () => {
    const middle = await bodyOf(`/v1/playlists/${mine}/tracks?offset=555&limit=2`)
    expect(itemIds(middle['items'] as never)).toEqual(['item-555', 'item-556'])
    expect(await bodyOf(`/v1/playlists/${mine}/tracks?offset=5000`)).toMatchObject({ items: [], next: null })
  })

  it('say when the list changed between two pages', async () => {
    const { next } = await bodyOf<{ next: string }>(`/v1/playlists/${mine}/tracks`)
    await views.tracks(mine, 400, { version: 4, position: 9 })
    expect(await bodyOf(`/v1/playlists/${mine}/tracks?cursor=${next}`)).toMatchObject({
      version: 4,
      changed: true,
    })
  })

  it('refuse a cursor of another list or with a changed letter', async () => {
    const { next } = await bodyOf<{ next: string }>(`/v1/playlists/${mine}/tracks`)
    await views.playlist({ playlistId: secret })
    await expectProblem(await get(`/v1/playlists/${secret}/tracks?cursor=${next}`), 400, 'bad-cursor')
    for (const at of [0, 12, next.length - 1]) {
      const letter = next[at] === 'A' ? 'B' : 'A'
      const changed = next.slice(0, at) + letter + next.slice(at + 1)
      await expectProblem(await get(`/v1/playlists/${mine}/tracks?cursor=${changed}`), 400, 'bad-cursor')
    }
  })

  it('name a position no older than what was asked for, and than the version that is shown', async () => {
    const partition = seededPartition('playlist-events', mine)
    await views.playlist({ playlistId: mine, streamVersion: 5 }, 20)
    await views.lengthen('playlist-events', partition, 31)
    for (const view of [playlistTracks, playlistDetails]) await views.progress(view, partition, 31)
    const at = (offset: number) => tokenOf({ topic: 'playlist-events', partition, offset })
    for (const [asked, shown] of [
      [at(20), at(20)],
      [at(30), at(30)],
      [`${at(30)},${at(2)}`, at(30)],
    ] as const) {
      const answer = await get(`/v1/playlists/${mine}/tracks`, { 'Reprise-Min-Position': asked })
      expect(await answer.json()).toMatchObject({ version: 5 })
      expect(answer.headers.get('reprise-position')).toBe(shown)
    }
  })

  it('name a later version of the details only if the list is known to be as new', async () => {
    const partition = seededPartition('playlist-events', mine)
    await views.playlist({ playlistId: mine, streamVersion: 5 }, 20)
    expect(await bodyOf(`/v1/playlists/${mine}/tracks`)).toMatchObject({ version: 3 })
    await views.progress(playlistTracks, partition, 21)
    const token = tokenOf({ topic: 'playlist-events', partition, offset: 20 })
    await views.lengthen('playlist-events', partition, 21)
    await views.progress(playlistDetails, partition, 21)
    expect(await bodyOf(`/v1/playlists/${mine}/tracks?minPosition=${token}`)).toMatchObject({ version: 5 })
  })
})
