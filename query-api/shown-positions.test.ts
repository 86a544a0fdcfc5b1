import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createInMemoryLog } from '@reprise/adapters/in-memory/log.in-memory.ts'
import { createInMemoryStores } from '@reprise/adapters/in-memory/stores.in-memory.ts'
import type { RecordedEvent } from '@reprise/core/event.ts'
import type { Position } from '@reprise/core/position.ts'
import { findProjections, projectionsFolder } from '@reprise/projectors/engine/find-projections.ts'
import { rowChange } from '@reprise/projectors/testing/catalogue-history.ts'
import { createHistoryWriter } from '@reprise/projectors/testing/history-writer.ts'
import { type InMemoryRun, startInMemory } from '@reprise/projectors/testing/in-memory-run.ts'
import { playOf, recordedAround } from '@reprise/projectors/testing/playback-history.ts'
import { addStep, createdPlaylist, editedPlaylist } from '@reprise/projectors/testing/playlist-history.ts'
import { askedDirectly } from './asked-directly.ts'
import { days, edits, heads, hearts, names } from './derived/example-projections.ts'
import { queriesOf } from './queries.ts'
import { newestOf, raised, shownBy } from './shown-positions.ts'

const list = '0192f0aa-0000-7000-8000-000000000001'
const partitions = 3
const log = createInMemoryLog({ partitions, now: () => recordedAround })
const { rows, documents } = createInMemoryStores()
const written = (topic: 'library-events' | 'playlist-events' | 'playback-events') =>
  createHistoryWriter(log, topic, partitions).append
const at = (topic: Position['topic'], { partition, offset }: RecordedEvent): Position => ({
  topic,
  partition,
  offset,
})

const changedRows = [
  ['artist', { id: 'ann', name: 'Ann', country: null, born: null, status: null }],
  [
    'track',
    {
      ...{ id: 'track of one', kind: 'song', title: 'One', album_id: null, duration_ms: 1 },
      ...{ released: null, release_precision: null, isrc: null, genres: ['pop'] },
    },
  ],
] as const

describe('what is shown is newer than the progress that has been heard of', () => {
  const declarations = findProjections(projectionsFolder).then((ours) => [
    ...ours,
    ...[edits, days, heads, hearts, names],
  ])
  let running: InMemoryRun
  let ask: ReturnType<typeof askedDirectly>
  const positionsOf = async (...asked: Parameters<typeof ask>) => newestOf((await ask(...asked)).positions)
  const last = {} as Record<
    'liked' | 'unliked' | 'edited' | 'renamed' | 'played' | 'otherPlayed' | 'entity',
    Position
  >

  beforeAll(async () => {
    const [library, playlists, plays] = [
      written('library-events'),
      written('playlist-events'),
      written('playback-events'),
    ]
    library('ann', { type: 'TrackLiked', data: { trackId: 'track-1' } })
    last.liked = at('library-events', library('ann', { type: 'TrackLiked', data: { trackId: 'track-2' } }))
    const unliked = library('ann', { type: 'TrackUnliked', data: { trackId: 'track-2' } })
    last.unliked = at('library-events', unliked)
    playlists(list, createdPlaylist('Open'), { actorId: 'ann' })
    last.edited = at('playlist-events', playlists(list, editedPlaylist([addStep(0, 'one')])))
    const changes = { name: 'New', description: null, visibility: null, collaborative: null }
    const renamed = playlists(list, { type: 'PlaylistDetailsChanged', data: { changes } })
    last.renamed = at('playlist-events', renamed)
    const play = (user: string, id: string) =>
      at(
        'playback-events',
        plays(user, {
          type: 'TrackPlayed',
          data: playOf(id, { reasonStart: 'mon', trackId: 'track of one' }),
        }),
      )
    play('ann', 'first')
    last.played = play('ann', 'second')
    play('bob', 'third')
    last.otherPlayed = play('bob', 'fourth')
    for (const [nth, [table, row]] of changedRows.entries()) {
      const value = rowChange(table, 'c', row, [null, nth])
      log.appendAsStranger('catalogue-changes', [{ partition: 0, key: row.id, value, headers: {} }])
    }
    last.entity = { topic: 'catalogue-changes', partition: 0, offset: 1 }
    const all = await declarations
    running = await startInMemory(all, { log, stores: { rows, documents } })
    for (const declaration of all) await running.untilApplied(declaration)
    const watermarks = { of: () => 1 }
    const counts = { 'playlist-events': 3, 'library-events': 3, 'playback-events': 3, 'catalogue-changes': 1 }
    const sources = { rows, documents, watermarks, partitions: counts, now: () => recordedAround }
    ask = askedDirectly(queriesOf(all, sources), 'ann')
  })
  afterAll(() => running.close())

  it.each(['track-1,track-2', 'track-2', 'track-2,track-3'])(
    'by ids %s: a marker of absence has a position',
    async (ids) => {
      const { unliked } = last
      expect(await positionsOf('/v1/me/likes/contains', { options: { ids } })).toEqual([unliked])
    },
  )

  it('by ids that were never there: how far the view was', async () => {
    expect(await positionsOf('/v1/me/likes/contains', { options: { ids: 'track-9' } })).toEqual([
      { ...last.liked, offset: 0 },
    ])
  })

  it('one row', async () => {
    expect(await positionsOf('/v1/playlists/:playlistId', { params: { playlistId: list } })).toEqual([
      last.renamed,
    ])
    expect(await positionsOf('/v1/names/:entity', { params: { entity: 'artist/ann' } })).toEqual([
      { ...last.entity, offset: 0 },
    ])
  })

  it('rows of a partition, with what is no more', async () => {
    expect(await positionsOf('/v1/me/hearts')).toEqual([last.unliked])
    expect(await positionsOf('/v1/playlists/:playlistId/edits', { params: { playlistId: list } })).toEqual([
      last.edited,
    ])
  })

  it('a list in pages', async () => {
    expect(await positionsOf('/v1/me/likes')).toEqual([last.unliked])
  })

  it('counts, of each partition', async () => {
    const both = expect.arrayContaining([last.played, last.otherPlayed])
    const trackId = 'track of one'
    expect(
      await positionsOf('/v1/tracks/:trackId/days', { params: { trackId }, options: { day: 'mon' } }),
    ).toEqual(both)
    expect(await positionsOf('/v1/tracks/:trackId/days/:day', { params: { trackId, day: 'mon' } })).toEqual(
      both,
    )
  })

  it('tracks of a playlist: with its details, and with their titles', async () => {
    expect(await positionsOf('/v1/playlists/:playlistId/tracks', { params: { playlistId: list } })).toEqual([
      last.renamed,
      last.entity,
    ])
  })

  it('plays', async () => {
    expect(await positionsOf('/v1/me/plays')).toEqual([last.played])
  })
})

describe('positions', () => {
  const here = (offset: number): Position => ({ topic: 'library-events', partition: 0, offset })
  const there = (offset: number): Position => ({ topic: 'library-events', partition: 1, offset })

  it('are exact where something is stored, and else how far the view was', () => {
    expect(shownBy([here(7), there(7)], [here(3), here(5)])).toEqual([here(5), there(7)])
    expect(shownBy([here(7)], [here(-1)])).toEqual([here(7)])
  })

  it('are no older than what was asked for of the same partition', () => {
    expect(raised([here(5)], [here(6), there(9)])).toEqual([here(6)])
    expect(raised([here(5)], [here(4)])).toEqual([here(5)])
  })
})
