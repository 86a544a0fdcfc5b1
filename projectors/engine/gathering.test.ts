import { describe, expect, test } from '@jest/globals'
import { createInMemoryLog } from '@reprise/adapters/in-memory/log.in-memory.ts'
import { createInMemoryStores } from '@reprise/adapters/in-memory/stores.in-memory.ts'
import { checkpointTableOf } from '@reprise/core/layout/checkpoint-layout.ts'
import type { Log } from '@reprise/core/ports/log.port.ts'
import type { DocumentStore } from '@reprise/core/ports/document-store.port.ts'
import type { RowStore } from '@reprise/core/ports/row-store.port.ts'
import { StoreUnavailable } from '@reprise/core/ports/store-failure.ts'
import { catalogue } from '../catalogue.projection.ts'
import { playlistDetails } from '../playlist-details.projection.ts'
import { playlistSearch } from '../playlist-search.projection.ts'
import { playlistTracks } from '../playlist-tracks.projection.ts'
import { createHistoryWriter } from '../testing/history-writer.ts'
import { contentsOf, runInMemory, startInMemory, tableOf, until } from '../testing/in-memory-run.ts'
import { addStep, createdPlaylist, editedPlaylist } from '../testing/playlist-history.ts'
import { create, fails, inRows, quarantinedIn } from '../testing/poison.ts'
import { createRandom } from '../testing/random.ts'
import { writeTopicHistory } from '../testing/topic-history.ts'

/** So many records at a time, and how many are behind them. */
const inBatchesOf = (log: Log, size: number, behindMore = 0): Log => ({
  ...log,
  read: (options) =>
    log.read({
      ...options,
      onBatch: async ({ partition, records }) => {
        for (let at = 0; at < records.length; at += size) {
          const behind = records.length - at - size + behindMore
          await options.onBatch({ partition, records: records.slice(at, at + size), behind })
        }
      },
    }),
})

/** Counts what is asked of a store about one table. */
const counted = (rows: RowStore, table: string) => {
  const counts = { reads: 0, writes: 0 }
  const counting: RowStore = {
    ...rows,
    read: (asked, query) => {
      if (asked.name === table) counts.reads++
      return rows.read(asked, query)
    },
    writeTogether: (asked, writes) => {
      if (asked.name === table) counts.writes += writes.length
      return rows.writeTogether(asked, writes)
    },
  }
  return { counts, rows: counting }
}

const partitions = 1
const createLog = (edits: number) => {
  const log = createInMemoryLog({ partitions })
  const { append } = createHistoryWriter(log, 'playlist-events', partitions)
  append('list', createdPlaylist('List'))
  for (let at = 0; at < edits; at++) append('list', editedPlaylist([addStep(at, `item-${at}`)]))
  return { log, append }
}
const isAlone = true
const patient = { behindMin: 10, recordsMax: 1_000_000, msMax: 60_000, msNear: 0, msCheckpoint: 0 }

describe('far behind the end of the log', () => {
  test('a row that many batches touch is written once; near the end each batch is stored at once', async () => {
    const { log } = createLog(499)
    const stores = createInMemoryStores()
    const { counts, rows } = counted(stores.rows, 'playlist_details_v3')
    const options = { log: inBatchesOf(log, 5), stores: { ...stores, rows }, gathering: patient, isAlone }
    await runInMemory(playlistDetails, options)
    // 490 records together; then five behind each of the last two batches, which is less than ten.
    expect(counts.writes).toBe(2)
  })

  test('what was gathered is stored when it is much, and as it would be one by one', async () => {
    const { log } = createLog(499)
    const [stores, oneByOne] = [createInMemoryStores(), createInMemoryStores()]
    const { counts, rows } = counted(stores.rows, 'playlist_details_v3')
    const gathering = { ...patient, recordsMax: 100 }
    await runInMemory(playlistDetails, {
      log: inBatchesOf(log, 5),
      stores: { ...stores, rows },
      gathering,
      isAlone,
    })
    expect(counts.writes).toBe(6)
    await runInMemory(playlistDetails, { log: inBatchesOf(log, 1), stores: oneByOne, isAlone })
    expect(contentsOf(playlistDetails, stores)).toEqual(contentsOf(playlistDetails, oneByOne))
  })

  test('and when nothing more comes, though there was more', async () => {
    const { log } = createLog(99)
    const stores = createInMemoryStores()
    const gathering = { ...patient, msMax: 50 }
    await runInMemory(playlistTracks, { log: inBatchesOf(log, 5, 1_000), stores, gathering, isAlone })
    const expected = createInMemoryStores()
    await runInMemory(playlistTracks, { log, stores: expected })
    expect(contentsOf(playlistTracks, stores)).toEqual(contentsOf(playlistTracks, expected))
  })

  test('what was gathered and not stored at the end is read again', async () => {
    const { log } = createLog(99)
    const stores = createInMemoryStores()
    const stuck = inBatchesOf(log, 5, 1_000)
    const run = await startInMemory([playlistTracks], { log: stuck, stores, gathering: patient, isAlone })
    await until(() => run.status().every(({ state }) => state === 'running'))
    await new Promise((resolve) => setTimeout(resolve, 50))
    await run.close()
    expect(contentsOf(playlistTracks, stores)).toEqual([])
    const expected = createInMemoryStores()
    await runInMemory(playlistTracks, { log, stores })
    await runInMemory(playlistTracks, { log, stores: expected })
    expect(contentsOf(playlistTracks, stores)).toEqual(contentsOf(playlistTracks, expected))
  })

  test('a checkpoint never passes rows that are not stored', async () => {
    const { log } = createLog(99)
    const stores = createInMemoryStores()
    const refusing: RowStore = {
      ...stores.rows,
      writeTogether: (table, writes) =>
        table.name === tableOf(playlistTracks).name
          ? Promise.reject(new StoreUnavailable('no rows today'))
          : stores.rows.writeTogether(table, writes),
    }
    const options = { log: inBatchesOf(log, 5), stores: { ...stores, rows: refusing }, isAlone }
    const run = await startInMemory([playlistTracks], options)
    await until(() => run.status().some(({ reason }) => reason?.includes('no rows today')))
    await run.close()
    const expected = createInMemoryStores()
    await runInMemory(playlistTracks, { log, stores })
    await runInMemory(playlistTracks, { log, stores: expected })
    expect(contentsOf(playlistTracks, stores)).toEqual(contentsOf(playlistTracks, expected))
  })

  test('an event that fails stops its group there, and everything before it is stored with the quarantine', async () => {
    const { log, writer, stores } = create()
    const projection = inRows({ isCured: false })
    for (let at = 0; at < 20; at++) writer.append(`list-${at % 4}`, createdPlaylist(`name ${at}`))
    const poison = writer.append('list-1', createdPlaylist('poison'))
    expect(fails(poison)).toBe(true)
    for (let at = 20; at < 40; at++) writer.append(`list-${at % 4}`, createdPlaylist(`name ${at}`))
    const stuck = inBatchesOf(log, 3, 1_000)
    const run = await startInMemory([projection], { log: stuck, stores, gathering: patient, isAlone })
    await until(() => quarantinedIn(run).length === 1)
    const stored = contentsOf(projection, stores).find((row) => row.includes('list-1'))
    expect(stored).toContain('name 17')
    expect(stored).not.toContain('name 21')
    await run.close()
    await runInMemory(projection, { log, stores })
    expect(contentsOf(projection, stores).find((row) => row.includes('list-1'))).toBe(stored)
    expect(contentsOf(projection, stores).join()).toContain('name 39')
  })
})

test('what readers see only after a refresh is gathered between two of them, near the end too', async () => {
  const { log } = createLog(100)
  const stores = createInMemoryStores()
  let written = 0
  const documents: DocumentStore = {
    ...stores.documents,
    write: (index, writes) => {
      written += writes.filter(({ id }) => !id.startsWith('checkpoint_')).length
      return stores.documents.write(index, writes)
    },
  }
  await runInMemory(playlistSearch, { log: inBatchesOf(log, 1), stores: { ...stores, documents }, isAlone })
  expect(written).toBeGreaterThan(0)
  expect(written).toBeLessThan(50)
})

describe('checkpoints have beats of their own', () => {
  const table = checkpointTableOf(tableOf(playlistDetails).name)
  const gathering = { ...patient, msCheckpoint: 200 }

  test('fewer than those of the rows; what is stored is told at once', async () => {
    const { log, append } = createLog(0)
    const stores = createInMemoryStores()
    const { counts, rows } = counted(stores.rows, table.name)
    const seldom = { ...gathering, msCheckpoint: 5_000 }
    const run = await startInMemory([playlistDetails], {
      log,
      stores: { ...stores, rows },
      gathering: seldom,
    })
    for (let at = 0; at < 50; at++) {
      append('list', editedPlaylist([addStep(at, `item-${at}`)]))
      await run.untilApplied(playlistDetails)
    }
    expect(run.published.length).toBeGreaterThan(40)
    expect(counts.writes).toBeLessThan(25)
    await until(() => stores.rows.rowsOf(table).some((row) => row['position_'] === 50))
    await run.close()
  })

  test('and the last one when a process ends', async () => {
    const { log } = createLog(20)
    const stores = createInMemoryStores()
    const once = { ...patient, msCheckpoint: 60_000 }
    await runInMemory(playlistDetails, { log, stores, gathering: once })
    expect(stores.rows.rowsOf(table)).toMatchObject([{ position_: 20 }])
  })

  test('but not when the store is lost while it ends', async () => {
    const { log, append } = createLog(0)
    const stores = createInMemoryStores()
    const once = { ...patient, msCheckpoint: 60_000 }
    const run = await startInMemory([playlistDetails], { log, stores, gathering: once })
    await run.untilApplied(playlistDetails)
    stores.rows.mark()
    append('lost', createdPlaylist('Lost'))
    await run.untilApplied(playlistDetails)
    const closed = run.close()
    stores.rows.loseTail()
    await closed
    await runInMemory(playlistDetails, { log, stores })
    expect(contentsOf(playlistDetails, stores).join()).toContain('Lost')
  })

  test('none passes rows that were lost meanwhile, though nobody noticed', async () => {
    const { log, append } = createLog(0)
    const stores = createInMemoryStores()
    let lost = Promise.resolve<undefined>(undefined)
    const rows = { ...stores.rows, confirm: () => lost.then(stores.rows.confirm) }
    const run = await startInMemory([playlistDetails], { log, stores: { ...stores, rows }, gathering })
    await until(() => stores.rows.rowsOf(table).length > 0)
    stores.rows.mark()
    // No beat comes between the rows and their loss.
    const loss = Promise.withResolvers<undefined>()
    lost = loss.promise
    append('lost', createdPlaylist('Lost'))
    await run.untilApplied(playlistDetails)
    stores.rows.loseTailUnnoticed()
    loss.resolve(undefined)
    await until(() => stores.rows.rowsOf(table).some((row) => row['position_'] === 1))
    expect(contentsOf(playlistDetails, stores).join()).toContain('Lost')
    await run.close()
  })

  test('nor does one that is written at once, for what it says of a group that stopped', async () => {
    const { log, append } = createLog(0)
    const stores = createInMemoryStores()
    const view = inRows({ isCured: false })
    const once = { ...patient, msCheckpoint: 60_000 }
    const run = await startInMemory([view], { log, stores, gathering: once })
    await run.untilApplied(view)
    stores.rows.mark()
    append('lost', createdPlaylist('Lost'))
    await run.untilApplied(view)
    stores.rows.loseTailUnnoticed()
    append('stopped', createdPlaylist('poison'))
    await run.untilApplied(view).finally(run.close)
    expect(contentsOf(view, stores).join()).toContain('Lost')
    expect(quarantinedIn(run)).toHaveLength(1)
  })
})

describe('from the first record on', () => {
  test('nothing is looked for that was never written; after a restart it is', async () => {
    const { log, append } = createLog(50)
    const stores = createInMemoryStores()
    const { counts, rows } = counted(stores.rows, 'playlist_tracks_v1')
    await runInMemory(playlistTracks, { log, stores: { ...stores, rows } })
    expect(counts.reads).toBe(0)
    append('list', editedPlaylist([addStep(50, 'item-50')]))
    await runInMemory(playlistTracks, { log, stores: { ...stores, rows } })
    expect(counts.reads).toBe(1)
  })

  test('nor an entity of the catalogue', async () => {
    const log = createInMemoryLog({ partitions })
    const random = createRandom(5)
    writeTopicHistory(log, { topic: catalogue.from, partitions, random, events: 200, noise: true })
    const stores = createInMemoryStores()
    const { counts, rows } = counted(stores.rows, tableOf(catalogue).name)
    await runInMemory(catalogue, { log, stores: { ...stores, rows } })
    expect(counts).toMatchObject({ reads: 0 })
    expect(counts.writes).toBeGreaterThan(0)
  })
})
