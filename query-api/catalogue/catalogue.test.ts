import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { startHttpService } from '@reprise/adapters/http/http-service.ts'
import { createInMemoryParts } from '@reprise/adapters/in-memory/stores.in-memory.ts'
import { someArtist, type SeededViews, someTrack } from '../seeded-views.ts'
import { createServedViews, mine } from '../served-views.ts'

const { begin, end, bodyOf } = createServedViews(startHttpService)
let views: SeededViews
beforeEach(async () => {
  views = await begin(createInMemoryParts())
})
afterEach(end)

describe('the catalogue', () => {
  const named = { artist: () => someArtist, album: () => ({ name: 'Hits', artistId: null }) }

  it('shows a track with the names of its artists and album; several at once in the order asked for', async () => {
    await views.ensure()
    await views.entity(someTrack('one'), named)
    await views.entity(someTrack('two'), named)
    expect(await bodyOf('/v1/tracks/one')).toMatchObject({
      title: 'A Hit',
      artists: [{ id: 'hit', name: 'The Hitters' }],
      album: { id: 'hit', name: 'Hits' },
      plays: 0,
    })
    const { items } = await bodyOf<{ items: { id: string }[] }>('/v1/tracks?ids=two,gone,one')
    expect(items.map(({ id }) => id)).toEqual(['two', 'one'])
  })

  it('names the tracks of a playlist, as far as it has them', async () => {
    await views.ensure()
    await views.playlist({ playlistId: mine })
    await views.tracks(mine, 2)
    await views.entity(someTrack('track-1'), named)
    const { items } = await bodyOf<{ items: object[] }>(`/v1/playlists/${mine}/tracks`)
    expect(items).toMatchObject([
      { trackId: 'track-0', title: null, artists: [] },
      { trackId: 'track-1', title: 'A Hit', artists: [{ name: 'The Hitters' }], durationMs: 180_000 },
    ])
  })
})
