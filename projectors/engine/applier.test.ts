import { expect, test } from '@jest/globals'
import { createInMemoryLog } from '@reprise/adapters/in-memory/log.in-memory.ts'
import { createInMemoryStores } from '@reprise/adapters/in-memory/stores.in-memory.ts'
import type { RowStore } from '@reprise/core/ports/row-store.port.ts'
import { rowsByPartition } from '@reprise/core/rows-by-partition.ts'
import { likedTracks } from '../liked-tracks.projection.ts'
import { playlistDetails } from '../playlist-details.projection.ts'
import { createHistoryWriter } from '../testing/history-writer.ts'
import { runInMemory, tableOf } from '../testing/in-memory-run.ts'
import { createdPlaylist } from '../testing/playlist-history.ts'
import { createView } from './create-view.ts'

const partitions = 1
const isAlone = true
const patient = { behindMin: 10, recordsMax: 1_000_000, msMax: 60_000, msNear: 0, msCheckpoint: 0 }

test('much is stored in parts, and each is told of', async () => {
  const stores = createInMemoryStores()
  const { append } = createHistoryWriter(createInMemoryLog({ partitions }), 'playlist-events', partitions)
  const view = createView(playlistDetails, stores)
  await view.ensure()
  const stay = view.begin({ partition: 0, next: 0 })
  const events = Array.from({ length: 1_200 }, (_, at) => append(`list-${at}`, createdPlaylist('List')))
  const isCurrent = () => true
  await stay.apply({ partition: 0, events, unreadable: [], isCurrent, fail: () => undefined })
  const storedAt: number[] = []
  await stay.store(isCurrent, () => storedAt.push(stores.rows.rowsOf(tableOf(playlistDetails)).length))
  expect(storedAt).toEqual([500, 1_000, 1_200])
})

test('what lies in one partition of the store is written together, however far apart it came', async () => {
  const [users, rounds] = [1_000, 4]
  const log = createInMemoryLog({ partitions })
  const { append } = createHistoryWriter(log, 'library-events', partitions)
  for (let round = 0; round < rounds; round++)
    for (let user = 0; user < users; user++)
      append(`user-${user}`, { type: 'TrackLiked', data: { trackId: `song-${round}` } })
  const stores = createInMemoryStores()
  const written: number[] = []
  const rows: RowStore = {
    ...stores.rows,
    writeTogether: (table, writes) => {
      if (table.name === tableOf(likedTracks).name)
        written.push(...rowsByPartition(table, writes).map(({ length }) => length))
      return stores.rows.writeTogether(table, writes)
    },
  }
  await runInMemory(likedTracks, { log, stores: { ...stores, rows }, gathering: patient, isAlone })
  expect(written).toEqual(Array.from({ length: users }, () => rounds))
})
