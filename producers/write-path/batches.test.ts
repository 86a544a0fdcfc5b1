import { expect, test } from '@jest/globals'
import { createInMemoryEventCodec } from '@reprise/adapters/in-memory/event-codec.in-memory.ts'
import { createInMemoryLog } from '@reprise/adapters/in-memory/log.in-memory.ts'
import { createInMemoryRowStore } from '@reprise/adapters/in-memory/row-store.in-memory.ts'
import type { LogRecord } from '@reprise/core/ports/log.port.ts'
import { topics } from '@reprise/schemas/topics.ts'
import { type PlaylistCommand, playlistDecider } from '../playlists/playlist.decider.ts'
import { command, create } from '../testing/forwarding-processes.ts'
import { createSoleCommandLog } from '../testing/sole-command-log.ts'

const bytesMax = Number(topics['playlist-events'].config['max.message.bytes'])
/** More than a record takes beside its value. */
const overhead = 300
/** More than a third of what may be appended together, and less than half of it. */
const large: PlaylistCommand = {
  do: 'edit',
  edits: [{ add: Array.from({ length: 8_000 }, (_, nth) => ({ trackId: `a track with a long id ${nth}` })) }],
}

test('events that are too large to be appended together are appended one after the other', async () => {
  const log = createInMemoryLog({ partitions: 1 })
  const { createAppender } = log
  const appended: (readonly LogRecord[])[] = []
  Object.assign(log, {
    createAppender: async (topic: 'playlist-events') => {
      const appender = await createAppender(topic)
      const append = async (records: readonly LogRecord[]) => {
        appended.push(records)
        const bytes = records.reduce((sum, { value }) => sum + value.length + overhead, 0)
        if (bytes > bytesMax) throw new Error('MESSAGE_TOO_LARGE')
        return appender.append(records)
      }
      return { ...appender, append }
    },
  })
  const commands = await createSoleCommandLog({
    topic: 'playlist-events',
    stream: playlistDecider,
    log,
    codec: createInMemoryEventCodec(),
    rows: createInMemoryRowStore(),
    waitMsMax: 5_000,
  })
  const streams = ['a', 'b', 'c', 'd', 'e']
  for (const streamId of streams) await commands.submit(command(create, { streamId }))
  appended.length = 0
  const edits = streams.map((streamId) => commands.submit(command(large, { streamId })))
  const small = commands.submit(command(create, { streamId: 'f' }))
  for (const outcome of await Promise.all(edits))
    expect(outcome).toMatchObject({ kind: 'accepted', version: 2 })
  expect(await small).toMatchObject({ kind: 'accepted', version: 1 })
  expect(appended.flat()).toHaveLength(6)
  await commands.close()
})
