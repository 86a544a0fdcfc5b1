import { expect, test } from '@jest/globals'
import { createInMemoryLog } from '@reprise/adapters/in-memory/log.in-memory.ts'
import { createInMemoryStores } from '@reprise/adapters/in-memory/stores.in-memory.ts'
import { columns, text } from '@reprise/core/columns.ts'
import { cassandraTable, projection, quarantineKey } from '@reprise/core/projection.ts'
import { createHistoryWriter } from '../testing/history-writer.ts'
import { contentsOf, runInMemory, startInMemory } from '../testing/in-memory-run.ts'

const lastLiked = projection({
  name: 'last-liked',
  version: 1,
  from: 'library-events',
  row: columns({ userId: text(), trackId: text().optional(), deviceOf: text().optional() }),
  store: cassandraTable({ partitionKey: ['userId'] }),
  key: ({ meta }) => ({ userId: meta.streamId }),
  on: {
    TrackLiked: (_row, { meta, data: { trackId } }) => ({ userId: meta.streamId, trackId, deviceOf: null }),
  },
  onFailure: quarantineKey({ attempts: 3 }),
})

test('a view whose columns were changed stops with words and is as it was; a new version is another view', async () => {
  const log = createInMemoryLog()
  const stores = createInMemoryStores()
  createHistoryWriter(log, 'library-events', 16).append('ann', {
    type: 'TrackLiked',
    data: { trackId: 'one' },
  })
  await runInMemory(lastLiked, { log, stores })
  const before = contentsOf(lastLiked, stores)

  const { userId, trackId, deviceOf } = lastLiked.row
  const changed = { ...lastLiked, row: columns({ userId, deviceOf, trackId }) }
  const run = await startInMemory([changed], { log, stores })
  expect(await run.reasonIn(changed, 'stopped')).toMatch(
    /last_liked_v1 holds rows of other columns.*new version/,
  )
  await run.close()
  expect(contentsOf(lastLiked, stores)).toEqual(before)

  await runInMemory({ ...changed, version: 2 }, { log, stores })
})
