import { describe, expect, test } from '@jest/globals'
import { createInMemoryLog } from '@reprise/adapters/in-memory/log.in-memory.ts'
import { createInMemoryStores } from '@reprise/adapters/in-memory/stores.in-memory.ts'
import { columns, int, text } from '@reprise/core/columns.ts'
import type { EventCodec } from '@reprise/core/ports/event-codec.port.ts'
import type { Log } from '@reprise/core/ports/log.port.ts'
import { cassandraTable, projection, stop } from '@reprise/core/projection.ts'
import { StoreUnavailable } from '@reprise/core/ports/store-failure.ts'
import type { Meta } from '@reprise/schemas/generated/events.ts'
import { listeningHistory } from '../listening-history.projection.ts'
import { playlistDetails } from '../playlist-details.projection.ts'
import { playlistSearch } from '../playlist-search.projection.ts'
import { playlistTracks } from '../playlist-tracks.projection.ts'
import { codec } from '../testing/codec.ts'
import { createHistoryWriter } from '../testing/history-writer.ts'
import { contentsOf, runInMemory, startInMemory, until } from '../testing/in-memory-run.ts'
import { playOf, recordedAround } from '../testing/playback-history.ts'
import { createdPlaylist, writePlaylistHistory } from '../testing/playlist-history.ts'
import { createRandom } from '../testing/random.ts'
import { unwellOf } from './run-all.ts'

const partitions = 2
const create = () => {
  const log = createInMemoryLog({ partitions, now: () => recordedAround })
  const writer = createHistoryWriter(log, 'playlist-events', partitions)
  return { log, writer, stores: createInMemoryStores() }
}

/** Throws on the event that renames to "poison". */
const failing = projection({
  name: 'failing',
  version: 1,
  from: 'playlist-events',
  row: columns({ playlistId: text(), events: int() }),
  store: cassandraTable({ partitionKey: ['playlistId'] }),
  key: ({ meta }) => ({ playlistId: meta.streamId }),
  on: {
    PlaylistCreated: (row, { meta, data }) => {
      if (data.name === 'poison') throw new TypeError('no antidote')
      return { playlistId: meta.streamId, events: (row?.events ?? 0) + 1 }
    },
  },
  onFailure: stop(),
})

describe('faults', () => {
  test('a handler that throws stops its own projection, with words; the others go on', async () => {
    const { log, writer, stores } = create()
    writer.append('a', createdPlaylist('fine'))
    const run = await startInMemory([failing, playlistDetails], { log, stores })
    await run.untilApplied(playlistDetails)
    expect(unwellOf(run.status())).toBeUndefined()
    const poison = writer.append('a', createdPlaylist('poison'))
    await run.untilApplied(playlistDetails)
    await until(() => unwellOf(run.status()) !== undefined)
    const words = unwellOf(run.status())
    for (const word of [
      'projection failing v1 stopped',
      poison.meta.eventId,
      `offset ${poison.offset}`,
      'no antidote',
    ])
      expect(words).toContain(word)
    writer.append('b', createdPlaylist('later'))
    await run.untilApplied(playlistDetails)
    await run.close()
    expect(
      run.published.filter(({ projection: name }) => name === 'failing').at(-1)?.watermark,
    ).toBeLessThanOrEqual(1)
  })

  test('where no key may wait, a record that cannot be read stops it with words; a superseded one is passed over', async () => {
    const { log, writer, stores } = create()
    const bytes = Buffer.from('nonsense')
    writer.append('a', createdPlaylist('fine'))
    writer.append('a', createdPlaylist('bad'), { bytes, superseded: true })
    const run = await startInMemory([failing], { log, stores })
    await run.untilApplied(failing)
    writer.append('a', createdPlaylist('bad'), { bytes })
    await until(() => unwellOf(run.status()) !== undefined)
    expect(unwellOf(run.status())).toMatch(
      /stopped: offset 2, event event-2 \(PlaylistCreated\) can't be read/,
    )
    await run.close()
  })

  test('another record at the checkpoint stops it, naming both', async () => {
    const { log, writer, stores } = create()
    writer.append('a', createdPlaylist('one'))
    await runInMemory(playlistDetails, { log, stores })
    const again = createInMemoryLog({ partitions })
    const writerAgain = createHistoryWriter(again, 'playlist-events', partitions)
    // Another history: its first record in this partition has another id.
    writerAgain.append('a', createdPlaylist('superseded'), { superseded: true })
    const run = await startInMemory([playlistDetails], { log: again, stores })
    await until(() => unwellOf(run.status())?.includes('stopped') === true)
    const words = unwellOf(run.status())
    for (const word of ['playlist-events partition', 'offset 0', 'event-1', 'superseded-1'])
      expect(words).toContain(word)
    await run.close()
  })

  test('the checkpoint of another cluster stops it', async () => {
    const { log, writer, stores } = create()
    writer.append('a', createdPlaylist('one'))
    await runInMemory(playlistDetails, { log, stores })
    const elsewhere = { ...log, incarnation: () => Promise.resolve('another') }
    const run = await startInMemory([playlistDetails], { log: elsewhere, stores })
    await until(() => unwellOf(run.status())?.includes('stopped') === true)
    expect(unwellOf(run.status())).toMatch(/written against cluster in-memory, and this is cluster another/)
    await run.close()
  })

  test('a store that is down stops no projection of the other store, and nothing for good', async () => {
    const { log, writer, stores } = create()
    writePlaylistHistory(writer, createRandom(1), { events: 40 })
    let isDown = true
    const down = () => (isDown ? Promise.reject(new StoreUnavailable('down')) : undefined)
    const rows = {
      ...stores.rows,
      ensure: async (...args: Parameters<typeof stores.rows.ensure>) => (
        await down(),
        stores.rows.ensure(...args)
      ),
      read: async (...args: Parameters<typeof stores.rows.read>) => (await down(), stores.rows.read(...args)),
    }
    const run = await startInMemory([playlistTracks, playlistSearch], { log, stores: { ...stores, rows } })
    await run.untilApplied(playlistSearch)
    expect(unwellOf(run.status())).toMatch(/down/)
    isDown = false
    await run.untilApplied(playlistTracks)
    await until(() => unwellOf(run.status()) === undefined)
    await run.close()
  })

  test('a broker that is away when projections start stops none of them', async () => {
    const { log, writer, stores } = create()
    writer.append('a', createdPlaylist('one'))
    let refused = 0
    const away = () => (refused++ < 3 ? Promise.reject(new Error('no broker')) : Promise.resolve())
    const restarting: Log = {
      ...log,
      incarnation: () => away().then(log.incarnation),
      read: (options) =>
        options.topic === 'playlist-events' ? away().then(() => log.read(options)) : log.read(options),
    }
    const run = await startInMemory([playlistDetails], { log: restarting, stores, isAlone: true })
    await run.untilApplied(playlistDetails)
    await run.close()
    expect(refused).toBeGreaterThan(3)
  })

  test('a loss that no one tells of is noticed by the failure that goes with it', async () => {
    const log = createInMemoryLog({ partitions: 1 })
    const writer = createHistoryWriter(log, 'playlist-events', 1)
    const stores = createInMemoryStores()
    const rows = { ...stores.rows, onLost: () => undefined }
    const run = await startInMemory([playlistDetails], { log, stores: { ...stores, rows } })
    writer.append('a', createdPlaylist('before'))
    await run.untilApplied(playlistDetails)
    stores.rows.mark()
    writer.append('b', createdPlaylist('lost'))
    await run.untilApplied(playlistDetails)
    stores.rows.loseTail()
    stores.rows.failNext(2)
    writer.append('c', createdPlaylist('after'))
    await run.untilApplied(playlistDetails)
    await run.close()
    expect(contentsOf(playlistDetails, stores)).toHaveLength(3)
  })
})

describe('projections of one topic', () => {
  test('read it with one reader, and each event is decoded once for all of them', async () => {
    const { log, writer, stores } = create()
    writePlaylistHistory(writer, createRandom(2), { events: 60, noise: false })
    const decoded = new Map<string, number>()
    const counting: EventCodec = {
      ...codec,
      decode: (value) => {
        const found = codec.decode(value)
        const { meta } = found.value as { readonly meta?: Meta }
        if (meta) decoded.set(meta.eventId, (decoded.get(meta.eventId) ?? 0) + 1)
        return found
      },
    }
    const groups: (string | undefined)[] = []
    const watched: Log = {
      ...log,
      read: (options) => {
        if (options.topic === 'playlist-events') groups.push(options.group)
        return log.read(options)
      },
    }
    const together = [playlistDetails, playlistTracks, playlistSearch]
    const run = await startInMemory(together, { log: watched, stores, codec: counting })
    for (const projection of together) await run.untilApplied(projection)
    writePlaylistHistory(writer, createRandom(3), { events: 60, noise: false })
    for (const projection of together) await run.untilApplied(projection)
    await run.close()
    expect(groups).toEqual([expect.stringMatching(/^readers-playlist-events-[0-9a-f]{8}$/)])
    const all = (await log.endOffsets('playlist-events')).reduce((sum, end) => sum + end, 0)
    expect([decoded.size, Math.max(...decoded.values())]).toEqual([all, 1])
  })
})

describe('progress', () => {
  test('is published at every assignment, 0 without a checkpoint, and never ahead of what is stored', async () => {
    const { log, writer, stores } = create()
    const run = await startInMemory([playlistDetails], { log, stores })
    await until(() => run.published.length >= partitions)
    expect(run.published.map(({ watermark }) => watermark)).toEqual([0, 0])
    writer.append('a', createdPlaylist('one'))
    await run.untilApplied(playlistDetails)
    await run.close()
    const again = await startInMemory([playlistDetails], { log, stores })
    await again.untilApplied(playlistDetails)
    await again.close()
    expect(again.published.map(({ watermark }) => watermark).sort()).toEqual([0, 1])
  })

  test('falls back after a loss to what the store then holds', async () => {
    const { log, writer, stores } = create()
    const run = await startInMemory([playlistDetails], { log, stores })
    await run.untilApplied(playlistDetails)
    stores.rows.mark()
    writer.append('a', createdPlaylist('one'))
    await run.untilApplied(playlistDetails)
    const before = run.published.length
    stores.rows.loseTail()
    await until(() => run.published.slice(before).filter(({ watermark }) => watermark === 1).length > 0)
    await run.untilApplied(playlistDetails)
    await run.close()
    expect(run.published.slice(before).map(({ watermark }) => watermark)).toContain(0)
  })

  test('of a search index waits for a refresh that began after the write', async () => {
    const { log, writer, stores } = create()
    let isHeld = false
    const held: (() => void)[] = []
    const documents = {
      ...stores.documents,
      refresh: async () => {
        if (isHeld) await new Promise<void>((go) => held.push(go))
      },
    }
    const run = await startInMemory([playlistSearch], { log, stores: { ...stores, documents } })
    await until(() => run.published.length === partitions)
    isHeld = true
    writer.append('a', createdPlaylist('one'))
    await until(() => contentsOf(playlistSearch, stores).length === 1 && held.length > 0)
    expect(run.published.every(({ watermark }) => watermark === 0)).toBe(true)
    isHeld = false
    for (const release of held) release()
    await run.untilApplied(playlistSearch)
    await run.close()
  })
})

describe('the play index', () => {
  test('gives no verdict before it has passed the event', async () => {
    const log = createInMemoryLog({ partitions, now: () => recordedAround })
    const stores = createInMemoryStores()
    const writer = createHistoryWriter(log, 'playback-events', partitions)
    let isHeld = true
    const rows = {
      ...stores.rows,
      read: (...args: Parameters<typeof stores.rows.read>) => {
        if (isHeld && args[0].name.startsWith('play_index_v3_')) throw new StoreUnavailable('held')
        return stores.rows.read(...args)
      },
    }
    const run = await startInMemory([listeningHistory], { log, stores: { ...stores, rows } })
    const event = { type: 'TrackPlayed', data: playOf('one') } as const
    writer.append('listener', event)
    writer.append('listener', event)
    await new Promise((go) => setTimeout(go, 400))
    expect(contentsOf(listeningHistory, stores)).toEqual([])
    isHeld = false
    await run.untilApplied(listeningHistory)
    await run.close()
    expect(contentsOf(listeningHistory, stores)).toHaveLength(1)
    expect(contentsOf(listeningHistory, stores)[0]).toContain('["position_",0]')
  })
})
