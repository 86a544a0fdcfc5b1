import { afterEach, describe, expect, test } from '@jest/globals'
import { createInMemoryEventCodec } from '@reprise/adapters/in-memory/event-codec.in-memory.ts'
import { createInMemoryLog, type InMemoryLog } from '@reprise/adapters/in-memory/log.in-memory.ts'
import { createInMemoryRowStore } from '@reprise/adapters/in-memory/row-store.in-memory.ts'
import type { RowStore } from '@reprise/core/ports/row-store.port.ts'
import { type PlaylistCommand, playlistDecider, type PlaylistReport } from '../playlists/playlist.decider.ts'
import { createFakeOwnership } from '../testing/fake-ownership.ts'
import { add, command, create } from '../testing/forwarding-processes.ts'
import { createSoleCommandLog } from '../testing/sole-command-log.ts'
import { claimMetaOf } from './decide-command.ts'
import type { CommandLog } from './command-log.ts'

const codec = createInMemoryEventCodec()
const open: CommandLog<PlaylistCommand, PlaylistReport>[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((commands) => commands.close()))
})

const createProcess = async (log: InMemoryLog, rows: RowStore = createInMemoryRowStore()) => {
  const ownership = createFakeOwnership(1)
  ownership.believe('this')
  const options = { topic: 'playlist-events', stream: playlistDecider, log, codec, rows, ownership } as const
  const commands = await createSoleCommandLog(options)
  open.push(commands)
  return { commands, ownership }
}

const remove: PlaylistCommand = { do: 'edit', edits: [{ remove: ['x'] }] }
const addX: PlaylistCommand = { do: 'edit', edits: [{ add: [{ trackId: 't', itemId: 'x' }] }] }

/** A log of one partition in which a test may put something before the next append, and hold back what its end is. */
const createSpoiltLog = () => {
  const log = createInMemoryLog({ partitions: 1 })
  const { createAppender, endOffsets } = log
  let before: (() => void) | undefined
  let held: PromiseWithResolvers<undefined> | undefined
  Object.assign(log, {
    createAppender: async (topic: 'playlist-events') => {
      const appender = await createAppender(topic)
      return {
        ...appender,
        append: (records: Parameters<typeof appender.append>[0]) => {
          const run = before
          before = undefined
          run?.()
          return appender.append(records)
        },
      }
    },
    endOffsets: async (topic: 'playlist-events') => {
      await held?.promise
      return endOffsets(topic)
    },
  })
  /** Another owner's record, accepted if it comes behind what was read so far. */
  const intrude = () => {
    log.appendAsStranger('playlist-events', [
      {
        partition: 0,
        key: '',
        value: codec.encode('playlist-events', 'PartitionClaimed', { meta: claimMetaOf('foreign', 0) }),
        headers: {
          ce_id: 'foreign',
          ce_type: 'PartitionClaimed',
          previous: log.recordsOf('playlist-events', 0).at(-1)?.eventId ?? '',
        },
      },
    ])
  }
  return {
    log,
    intrude,
    beforeNextAppend: (run: () => void) => void (before = run),
    holdEnd: () => void (held = Promise.withResolvers<undefined>()),
    tellEnd: () => {
      held?.resolve(undefined)
      held = undefined
    },
  }
}

describe('commands of a stream are decided in the order of their submission', () => {
  test('though the state for the first must be loaded, and a batch leaves the last for later', async () => {
    const { log, beforeNextAppend } = createSpoiltLog()
    const rows = createInMemoryRowStore()
    const { commands: before } = await createProcess(log, rows)
    await before.submit(command(create, { streamId: 'cold' }))
    await before.submit(command(create, { streamId: 'warm' }))
    await before.close()

    let isWarm = false
    const appended = Promise.withResolvers<undefined>()
    const slow: RowStore = {
      ...rows,
      read: async (table, query) => {
        if (isWarm) await appended.promise
        return rows.read(table, query)
      },
    }
    const { commands } = await createProcess(log, slow)
    await commands.submit(command(add(), { streamId: 'warm', keyTime: Date.now() }))
    isWarm = true
    beforeNextAppend(() => appended.resolve(undefined))
    const [first, last] = await Promise.all([
      commands.submit(command(add(), { streamId: 'cold', keyTime: Date.now() })),
      ...Array.from({ length: 1_100 }, () =>
        commands.submit(command(add(), { streamId: 'warm', keyTime: Date.now() })),
      ),
      commands.submit(command(add(), { streamId: 'cold', keyTime: Date.now() })),
    ]).then((outcomes) => [outcomes.at(0), outcomes.at(-1)])
    expect([first?.version, last?.version]).toEqual([2, 3])
  })

  test('though another owner came between, and a no-op waits for the end of the log', async () => {
    const { log, intrude, beforeNextAppend, holdEnd, tellEnd } = createSpoiltLog()
    const { commands } = await createProcess(log)
    await commands.submit(command(create))
    holdEnd()
    beforeNextAppend(intrude)
    const outcomes = [remove, addX].map((body) => commands.submit(command(body)))
    await outcomes[1]
    tellEnd()
    expect(await Promise.all(outcomes)).toMatchObject([
      { kind: 'unchanged', version: 1 },
      { kind: 'accepted', version: 2 },
    ])
  })

  test('a no-op stands when what was decided after it is accepted, whatever comes then', async () => {
    const { log, intrude, holdEnd, tellEnd } = createSpoiltLog()
    const { commands } = await createProcess(log)
    await commands.submit(command(create))
    holdEnd()
    const outcomes = [remove, addX].map((body) => commands.submit(command(body)))
    await outcomes[1]
    intrude()
    await commands.submit(command(add()))
    tellEnd()
    expect(await outcomes[0]).toMatchObject({ kind: 'unchanged', version: 1 })
    expect(await commands.submit(command(remove))).toMatchObject({ kind: 'accepted', version: 4 })
  })

  test('and so does one that was decided before the partition was handed over', async () => {
    const { log, holdEnd, tellEnd } = createSpoiltLog()
    const { commands, ownership } = await createProcess(log)
    await commands.submit(command(create))
    holdEnd()
    const outcomes = [remove, addX].map((body) => commands.submitHere(command(body)))
    await new Promise((resolve) => setImmediate(resolve))
    ownership.believe(undefined)
    await outcomes[1]
    tellEnd()
    expect(await Promise.all(outcomes)).toMatchObject([
      { kind: 'unchanged', version: 1 },
      { kind: 'accepted', version: 2 },
    ])
  })
})
