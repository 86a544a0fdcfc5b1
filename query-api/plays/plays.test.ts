import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { startHttpService } from '@reprise/adapters/http/http-service.ts'
import { createInMemoryParts } from '@reprise/adapters/in-memory/stores.in-memory.ts'
import { tokenOf } from '@reprise/core/position.ts'
import { listeningHistory } from '@reprise/projectors/listening-history.projection.ts'
import { seededPartition, type SeededViews } from '../seeded-views.ts'
import { as, createServedViews, expectProblem, now } from '../served-views.ts'

const { begin, end, get, bodyOf } = createServedViews(startHttpService)
let views: SeededViews
beforeEach(async () => {
  views = await begin(createInMemoryParts())
})
afterEach(end)

describe('listening history', () => {
  const at = (text: string) => Date.parse(text)

  it('is newest first across the years, page by page', async () => {
    const instants = [
      '2026-11-21T10:00Z',
      '2026-01-01T00:00Z',
      '2025-12-31T23:59Z',
      '2019-05-05T00:00Z',
      '2001-01-01T00:00Z',
    ]
    for (const [number, instant] of instants.entries()) {
      await views.play('ann', at(instant), `b${number}`)
      await views.play('ann', at(instant), `a${number}`)
    }
    await views.play('bob', now, 'other')
    const seen: string[] = []
    let next: string | null = ''
    while (next !== null) {
      const body: { items: { identity: string }[]; next: string | null } = await bodyOf(
        `/v1/me/plays?limit=3${next && `&cursor=${next}`}`,
        as('ann'),
      )
      seen.push(...body.items.map(({ identity }) => identity))
      next = body.next
    }
    expect(seen).toEqual(['b0', 'a0', 'b1', 'a1', 'b2', 'a2', 'b3', 'a3', 'b4', 'a4'])
  })

  it('shows facts in the shape of its answer schema, and the position it shows', async () => {
    await views.play('ann', now, 'one')
    const partition = seededPartition('playback-events', 'ann')
    await views.lengthen('playback-events', partition, 5)
    await views.progress(listeningHistory, partition, 5)
    const token = tokenOf({ topic: 'playback-events', partition, offset: 4 })
    const answer = await get('/v1/me/plays', { ...as('ann'), 'Reprise-Min-Position': token })
    expect(answer.headers.get('reprise-position')).toBe(token)
    expect(await answer.json()).toMatchObject({ items: [{ artistIds: ['one'], country: 'DE' }], next: null })
  })

  it("takes no other user's cursor", async () => {
    await views.play('ann', now, 'one')
    await views.play('ann', now, 'two')
    const { next } = await bodyOf<{ next: string }>('/v1/me/plays?limit=1', as('ann'))
    await expectProblem(await get(`/v1/me/plays?cursor=${next}`, as('bob')), 400, 'bad-cursor')
  })
})

describe('counts', () => {
  beforeEach(async () => {
    await views.counts('hit', '2026-11-21', 0, { '10:DE': [1, 0, 0], '09:DE': [2, 1, 1] })
    await views.counts('hit', '2026-11-21', 5, { '10:DE': [10, 0, 0], '10:--': [20, 0, 0] })
    await views.counts('hit', '2026-11-16', 5, { '00:FR': [100, 0, 0] })
    await views.counts('hit', '2026-11-15', 5, { '23:FR': [1_000, 0, 0] })
    await views.counts('hit', 'all', 5, { 'all:FR': [9_000, 7, 0], 'all:DE': [1, 0, 0] })
  })

  it.each([
    ['window=hour', 31, 0],
    ['window=hour&from=2026-11-21T11:15:00%2B02:00', 2, 1],
    ['window=day', 33, 1],
    ['window=day&country=DE', 13, 1],
    ['window=week', 133, 1],
    ['window=week&from=2026-11-15', 1_000, 0],
    ['window=all', 9_001, 7],
    ['', 9_001, 7],
    ['country=FR', 9_000, 7],
  ])('%s adds the partitions up to %d plays and %d skips', async (options, plays, skips) => {
    expect(await bodyOf(`/v1/tracks/hit/counts?${options}`)).toMatchObject({ trackId: 'hit', plays, skips })
  })

  it('come for several songs, 0 for one that nobody played', async () => {
    expect(await bodyOf('/v1/tracks/counts?ids=hit,miss&window=hour')).toEqual({
      window: 'hour',
      from: Date.parse('2026-11-21T10:00Z'),
      to: Date.parse('2026-11-21T11:00Z'),
      country: null,
      items: [
        { trackId: 'hit', plays: 31, skips: 0, skipsUnder30s: 0 },
        { trackId: 'miss', plays: 0, skips: 0, skipsUnder30s: 0 },
      ],
    })
  })
})
