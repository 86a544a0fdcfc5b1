import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { startHttpService } from '@reprise/adapters/http/http-service.ts'
import type { InMemoryRowStore } from '@reprise/adapters/in-memory/row-store.in-memory.ts'
import { createInMemoryParts } from '@reprise/adapters/in-memory/stores.in-memory.ts'
import { tokenOf } from '@reprise/core/position.ts'
import { playlistDetails } from '@reprise/projectors/playlist-details.projection.ts'
import { seededPartition, type SeededViews } from '../seeded-views.ts'
import { createServedViews, expectProblem, mine } from '../served-views.ts'

const { begin, end, get, restart } = createServedViews(startHttpService)
let rows: InMemoryRowStore
let views: SeededViews
beforeEach(async () => {
  const parts = createInMemoryParts()
  rows = parts.rows
  views = await begin(parts)
})
afterEach(end)

describe('read your own writes', () => {
  const partition = seededPartition('playlist-events', mine)
  const token = (offset: number, of = partition) =>
    tokenOf({ topic: 'playlist-events', partition: of, offset })
  const at = (offset: number, wait = '5s') => ({
    'Reprise-Min-Position': token(offset),
    'Reprise-Max-Wait': wait,
  })

  beforeEach(async () => {
    await views.ensure()
    await views.playlist({ playlistId: mine })
    await views.lengthen('playlist-events', partition, 10)
  })

  it('waits until the view is there, woken by its progress', async () => {
    await views.progress(playlistDetails, partition, 5)
    const waiting = get(`/v1/playlists/${mine}`, at(7, '30s'))
    await new Promise((resolve) => setTimeout(resolve, 100))
    await views.progress(playlistDetails, partition, 7)
    await views.progress(playlistDetails, partition, 8)
    expect((await waiting).status).toBe(200)
  })

  it('says in time that it is not there yet', async () => {
    await views.progress(playlistDetails, partition, 7)
    const answer = await get(`/v1/playlists/${mine}`, at(7, '200ms'))
    expect(answer.headers.get('retry-after')).toBe('1')
    expect(await answer.json()).toMatchObject({
      code: 'not-yet-visible',
      missing: token(7),
      views: ['playlist-details'],
    })
  })

  it('takes the token from the query string too', async () => {
    const answer = await get(`/v1/playlists/${mine}?minPosition=${token(7)}`, { 'Reprise-Max-Wait': '0' })
    await expectProblem(answer, 503, 'not-yet-visible')
  })

  it('refuses positions past the end of the log', async () => {
    await expectProblem(await get(`/v1/playlists/${mine}`, at(10)), 400, 'position-unknown')
    const unheardOf = { 'Reprise-Min-Position': token(0, 4_000) }
    await expectProblem(await get(`/v1/playlists/${mine}`, unheardOf), 400, 'position-unknown')
  })

  it('counts tokens of topics that the view does not read as met', async () => {
    const foreign = tokenOf({ topic: 'playback-events', partition: 0, offset: 1_000 })
    expect((await get(`/v1/playlists/${mine}`, { 'Reprise-Min-Position': foreign })).status).toBe(200)
  })

  it('waits for every view that answers', async () => {
    await views.progress(playlistDetails, partition, 8)
    const answer = await get(`/v1/playlists/${mine}/tracks`, at(7, '100'))
    expect(await answer.json()).toMatchObject({ code: 'not-yet-visible', views: ['playlist-tracks'] })
  })

  it('believes no progress that the store does not bear out, as after a start beside a store that lost its tail', async () => {
    await views.checkpoint(playlistDetails, partition, 4)
    await views.publish(playlistDetails, partition, 9)
    await expectProblem(await get(`/v1/playlists/${mine}`, at(7, '300')), 503, 'not-yet-visible')
    expect((await get(`/v1/playlists/${mine}`, at(4))).status).toBe(200)
    await views.checkpoint(playlistDetails, partition, 8)
    expect((await get(`/v1/playlists/${mine}`, at(7))).status).toBe(200)
  })

  it('answers at once what progress has reached, though the checkpoint follows later', async () => {
    await views.progress(playlistDetails, partition, 5)
    expect((await get(`/v1/playlists/${mine}`, at(4))).status).toBe(200)
    await views.publish(playlistDetails, partition, 9)
    expect((await get(`/v1/playlists/${mine}`, at(7))).status).toBe(200)
  })

  it('forgets what it knew when the store is lost, until the projector has caught up again', async () => {
    await views.progress(playlistDetails, partition, 5)
    rows.mark()
    await views.progress(playlistDetails, partition, 9)
    expect((await get(`/v1/playlists/${mine}`, at(7))).status).toBe(200)
    rows.loseTail()
    await expectProblem(await get(`/v1/playlists/${mine}`, at(7, '300')), 503, 'not-yet-visible')
    await views.publish(playlistDetails, partition, 5)
    const waiting = get(`/v1/playlists/${mine}`, at(7))
    await views.progress(playlistDetails, partition, 9)
    expect((await waiting).status).toBe(200)
  })

  it('starts with what was published before it', async () => {
    await views.progress(playlistDetails, partition, 9)
    await restart()
    expect((await get(`/v1/playlists/${mine}`, at(7))).status).toBe(200)
  })
})
