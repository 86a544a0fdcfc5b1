import { beforeAll, describe, expect, test } from '@jest/globals'
import { createInMemoryLog, type InMemoryLog } from '@reprise/adapters/in-memory/log.in-memory.ts'
import { createInMemoryStores } from '@reprise/adapters/in-memory/stores.in-memory.ts'
import { createCountReader } from '@reprise/core/readers/count-reader.ts'
import { createListReader } from '@reprise/core/readers/list-reader.ts'
import { createRowReader } from '@reprise/core/readers/row-reader.ts'
import type { RowStore } from '@reprise/core/ports/row-store.port.ts'
import { listeningHistory } from './listening-history.projection.ts'
import { playlistDetails } from './playlist-details.projection.ts'
import { playlistTracks } from './playlist-tracks.projection.ts'
import { allTime, slotParts, songCounts } from './song-counts.projection.ts'
import { createHistoryWriter, type HistoryWriter } from './testing/history-writer.ts'
import { runInMemory, startInMemory } from './testing/in-memory-run.ts'
import { playOf, recordedAround } from './testing/playback-history.ts'
import { addStep, createdPlaylist, editedPlaylist, writePlaylistHistory } from './testing/playlist-history.ts'
import { createRandom } from './testing/random.ts'

const partitions = 3
const create = (topic: 'playlist-events' | 'playback-events') => {
  const log = createInMemoryLog({ partitions, now: () => recordedAround })
  return { log, stores: createInMemoryStores(), writer: createHistoryWriter(log, topic, partitions) }
}

describe('playlists', () => {
  let log: InMemoryLog
  let stores: ReturnType<typeof createInMemoryStores>
  let writer: HistoryWriter
  let lists: ReadonlyMap<string, readonly string[]>

  beforeAll(async () => {
    ;({ log, stores, writer } = create('playlist-events'))
    lists = writePlaylistHistory(writer, createRandom(3), { events: 300 })
    writer.append('long', createdPlaylist('Long'))
    for (let from = 0; from < 10_000; from += 1_000)
      writer.append(
        'long',
        editedPlaylist(Array.from({ length: 1_000 }, (_, at) => addStep(from + at, `item-${from + at}`))),
      )
    await runInMemory(playlistTracks, { log, stores })
    await runInMemory(playlistDetails, { log, stores })
  })

  test('lists hold what a plain replay holds, and details count it', async () => {
    const read = createListReader(stores.rows, playlistTracks)
    const { get } = createRowReader(stores.rows, playlistDetails)
    for (const [playlistId, items] of lists) {
      const slice = await read(playlistId, { from: 0, count: 100_000 })
      expect(slice?.items.map(({ itemId }) => itemId)).toEqual(items)
      expect(slice?.length).toBe(items.length)
      const details = await get({ playlistId })
      if (details?.value.deleted === false) expect(details.value.trackCount).toBe(items.length)
      expect(details?.position).toBe(slice?.position)
      expect(details?.value.streamVersion).toBe(slice?.streamVersion)
    }
  })

  test('any 100 of 10,000 tracks are read in two bounded reads', async () => {
    const reads: number[] = []
    const counting: RowStore = {
      ...stores.rows,
      read: async (table, query) => {
        const rows = await stores.rows.read(table, query)
        reads.push(rows.length)
        return rows
      },
    }
    const read = createListReader(counting, playlistTracks)
    for (const from of [0, 1, 99, 100, 5_050, 9_950, 10_000]) {
      reads.length = 0
      const slice = await read('long', { from, count: 100 })
      const expected = Array.from({ length: Math.min(100, 10_000 - from) }, (_, at) => `item-${from + at}`)
      expect(slice?.items.map(({ itemId }) => itemId)).toEqual(expected)
      expect(slice?.length).toBe(10_000)
      expect(reads.length).toBeLessThanOrEqual(2)
      expect(Math.max(...reads)).toBeLessThanOrEqual(4)
    }
    expect(await read('nobody', { from: 0, count: 10 })).toBeUndefined()
  })

  test('an edit of 10,000 tracks writes a few rows, wherever it is', async () => {
    const written: number[] = []
    const rows: RowStore = {
      ...stores.rows,
      writeTogether: async (table, writes) => {
        if (table.name === 'playlist_tracks_v1') written.push(writes.length)
        await stores.rows.writeTogether(table, writes)
      },
    }
    const run = await startInMemory([playlistTracks], { log, stores: { ...stores, rows } })
    for (const index of [0, 5_000, 10_002, 77]) {
      writer.append('long', editedPlaylist([addStep(index, `again-${index}`)]))
      await run.untilApplied(playlistTracks)
    }
    await run.close()
    expect(written).toHaveLength(4)
    // The head, the page, and the page that was split off.
    expect(Math.max(...written)).toBeLessThanOrEqual(3)
    expect((await createListReader(stores.rows, playlistTracks)('long', { from: 0, count: 0 }))?.length).toBe(
      10_004,
    )
  })

  test('a list that changes between the two reads is read again, never mixed', async () => {
    let changes = 0
    const changing: RowStore = {
      ...stores.rows,
      read: async (table, query) => {
        const rows = await stores.rows.read(table, query)
        if (++changes <= 3) {
          // 150 more at the start: the pages at the front are split, and other pages hold the range.
          writer.append(
            'long',
            editedPlaylist(Array.from({ length: 150 }, (_, at) => addStep(0, `new-${changes}-${at}`))),
          )
          await runInMemory(playlistTracks, { log, stores })
        }
        return rows
      },
    }
    const slice = await createListReader(changing, playlistTracks)('long', { from: 0, count: 500 })
    const whole = await createListReader(stores.rows, playlistTracks)('long', { from: 0, count: 500 })
    expect(slice?.items).toHaveLength(500)
    const seen = slice?.items.map(({ itemId }) => itemId) ?? []
    expect(new Set(seen).size).toBe(500)
    expect(slice?.length).toBeLessThanOrEqual(whole?.length ?? 0)
    const newest = Number(seen[0]?.split('-')[1])
    expect(slice?.length).toBe(10_004 + newest * 150)
  })
})

describe('plays', () => {
  test('a history is read newest first, by pages, each play once', async () => {
    const { log, stores, writer } = create('playback-events')
    for (let at = 0; at < 25; at++) {
      const event = {
        type: 'TrackPlayed',
        data: playOf(`play-${at}`, { startedAt: recordedAround + at }),
      } as const
      writer.append('listener', event)
      if (at % 3 === 0) writer.append('listener', event)
    }
    await runInMemory(listeningHistory, { log, stores })
    const { list } = createRowReader(stores.rows, listeningHistory)
    const partition = { userId: 'listener', year: 2026 }
    const first = await list(partition, { limit: 10 })
    const last = first.at(-1)?.value
    const rest = await list(partition, { limit: 100, after: [last?.startedAt ?? 0, last?.identity ?? ''] })
    const ids = [...first, ...rest].map(({ value }) => value.identity)
    expect(ids).toEqual(Array.from({ length: 25 }, (_, at) => `play-${24 - at}`))
    expect([first.length, rest.length]).toEqual([10, 15])
  })

  test('counts are summed over source partitions, in occurred time, each play once', async () => {
    const { log, stores, writer } = create('playback-events')
    const startedAt = Date.UTC(2026, 10, 19, 23, 59)
    const old = Date.UTC(2026, 8, 1)
    for (let user = 0; user < 9; user++) {
      const send = (identity: string, type: 'TrackPlayed' | 'TrackSkipped', changes: object) =>
        writer.append(`user-${user}`, { type, data: playOf(`${identity}-${user}`, changes) })
      send('counted', 'TrackPlayed', { startedAt, country: 'SE' })
      send('counted', 'TrackPlayed', { startedAt, country: 'SE' })
      send('short', 'TrackPlayed', { startedAt, msPlayed: 5_000 })
      send('skip', 'TrackSkipped', { startedAt, msPlayed: 5_000, country: 'SE' })
      send('late skip', 'TrackSkipped', { startedAt, msPlayed: 45_000 })
      send('import', 'TrackPlayed', { startedAt: old, import: true })
    }
    await runInMemory(songCounts, { log, stores })
    const read = createCountReader(stores.rows, songCounts)
    const counts = await read('track-1', ['2026-11-19', '2026-09-01', allTime])
    expect(Object.fromEntries(counts.get('2026-11-19') ?? [])).toEqual({
      '23:SE': { plays: 9, skips: 9, skipsUnder30s: 9 },
      '23:--': { plays: 9, skips: 9, skipsUnder30s: 0 },
    })
    expect(counts.get('2026-09-01')).toBeUndefined()
    expect(Object.fromEntries(counts.get(allTime) ?? [])).toEqual({
      'all:SE': { plays: 9, skips: 9, skipsUnder30s: 9 },
      'all:--': { plays: 18, skips: 9, skipsUnder30s: 0 },
    })
    expect([slotParts('23:SE'), slotParts('all:--')]).toEqual([
      { hour: 23, country: 'SE' },
      { hour: undefined, country: '--' },
    ])
  })
})
