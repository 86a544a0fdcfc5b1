import { afterEach, describe, expect, test } from '@jest/globals'
import { v7 as uuidv7 } from 'uuid'
import { createInMemoryEventCodec } from '@reprise/adapters/in-memory/event-codec.in-memory.ts'
import { createInMemoryLog, type InMemoryLog } from '@reprise/adapters/in-memory/log.in-memory.ts'
import { createInMemoryRowStore } from '@reprise/adapters/in-memory/row-store.in-memory.ts'
import { createAcceptance } from '@reprise/core/acceptance.ts'
import { bodyHashOf, commandIdOf } from '@reprise/core/identity.ts'
import { Problem } from '@reprise/core/problem.ts'
import { type PlaylistCommand, playlistDecider, type PlaylistReport } from '../playlists/playlist.decider.ts'
import type { Command } from './command.ts'
import { createSoleCommandLog } from '../testing/sole-command-log.ts'
import type { CommandLog } from './command-log.ts'

const codec = createInMemoryEventCodec()
const open: CommandLog<PlaylistCommand, PlaylistReport>[] = []

const process_ = async (
  log: InMemoryLog,
  limits: { readonly waitMsMax?: number; readonly settleMs?: number } = {},
) => {
  const commands = await createSoleCommandLog({
    topic: 'playlist-events',
    stream: playlistDecider,
    log,
    codec,
    rows: createInMemoryRowStore(),
    ...limits,
  })
  open.push(commands)
  return commands
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((commands) => commands.close()))
})

const details = { name: 'n', description: '', visibility: 'public', collaborative: false } as const
const create: PlaylistCommand = { do: 'create', details }
const add = (count = 1): PlaylistCommand => ({
  do: 'edit',
  edits: [{ add: Array.from({ length: count }, () => ({ trackId: 't' })) }],
})

const command = (
  body: PlaylistCommand,
  {
    key = uuidv7(),
    streamId = 'p',
    expectedVersion,
  }: { key?: string; streamId?: string; expectedVersion?: number } = {},
): Command<PlaylistCommand> => ({
  streamId,
  actorId: 'ann',
  commandId: commandIdOf('ann', streamId, key),
  bodyHash: bodyHashOf('test', body),
  body,
  deviceId: null,
  occurredAt: 0,
  expectedVersion,
  keyRefusal: undefined,
  keyTime: undefined,
  traceparent: undefined,
})

const acceptedIn = (log: InMemoryLog) => {
  const acceptance = createAcceptance(true)
  return log
    .recordsOf('playlist-events', 0)
    .filter(acceptance.accept)
    .map(({ value }) => codec.decode(value).value as { meta: { commandId: string; streamVersion: number } })
}

/** Submits again, with the same key, what came to nothing in time as far as anybody can tell. */
const untilKnown = async <T>(submit: () => Promise<T>): Promise<T> => {
  for (;;)
    try {
      return await submit()
    } catch (reason) {
      if (!(reason instanceof Problem && ['outcome-unknown', 'not-ready'].includes(reason.code))) throw reason
    }
}

describe('the write path of a partition', () => {
  test('an answer is given from the log, with the version and the offset of the record', async () => {
    const commands = await process_(createInMemoryLog({ partitions: 1 }))
    expect(await commands.submit(command(create))).toMatchObject({ kind: 'accepted', version: 1, offset: 0 })
    expect(await commands.submit(command(add(2)))).toMatchObject({ kind: 'accepted', version: 2, offset: 1 })
  })

  test('the same key gives the first answer again: at once, in flight, and from another process', async () => {
    const log = createInMemoryLog({ partitions: 1 })
    const commands = await process_(log)
    await commands.submit(command(create))
    const [first, second] = await Promise.all([
      commands.submit(command(add(3), { key: 'k' })),
      commands.submit(command(add(3), { key: 'k' })),
    ])
    const third = await commands.submit(command(add(3), { key: 'k' }))
    const elsewhere = await (await process_(log)).submit(command(add(3), { key: 'k' }))
    expect([second, third, elsewhere]).toEqual([first, first, first])
    expect(acceptedIn(log)).toHaveLength(2)
  })

  test('the same key with another body is refused, in flight and afterwards', async () => {
    const commands = await process_(createInMemoryLog({ partitions: 1 }))
    await commands.submit(command(create))
    const first = commands.submit(command(add(1), { key: 'k' }))
    await expect(commands.submit(command(add(2), { key: 'k' }))).rejects.toMatchObject({ code: 'key-reused' })
    await first
    expect(await commands.submit(command(add(2), { key: 'k' }))).toMatchObject({
      kind: 'refused',
      refusal: { refused: 'key-reused' },
    })
  })

  test('a retried creation finds the playlist that the first one made', async () => {
    const log = createInMemoryLog({ partitions: 1 })
    const first = await (await process_(log)).submit(command(create, { key: 'k' }))
    expect(await (await process_(log)).submit(command(create, { key: 'k' }))).toEqual(first)
    expect(await (await process_(log)).submit(command(create, { key: 'other' }))).toMatchObject({
      refusal: { refused: 'already-exists' },
    })
  })

  test('a lost acknowledgement is settled by the log: one effect, the true answer', async () => {
    const log = createInMemoryLog({ partitions: 1 })
    const commands = await process_(log)
    await commands.submit(command(create))
    log.loseNextAcknowledgement()
    expect(await commands.submit(command(add()))).toMatchObject({ kind: 'accepted', version: 2 })
    expect(acceptedIn(log)).toHaveLength(2)
  })

  test('a lost append is decided again', async () => {
    const log = createInMemoryLog({ partitions: 1 })
    const commands = await process_(log)
    await commands.submit(command(create))
    log.loseNextAppend()
    expect(await commands.submit(command(add()))).toMatchObject({ kind: 'accepted', version: 2, offset: 1 })
  })

  test('a late copy of a record that was decided again changes nothing', async () => {
    const log = createInMemoryLog({ partitions: 1 })
    const commands = await process_(log)
    await commands.submit(command(create))
    const [created] = log.recordsOf('playlist-events', 0)
    if (created === undefined) throw new Error('nothing was appended')
    const headers = { ce_id: created.eventId, ce_type: created.eventType, previous: created.previous ?? '' }
    log.appendAsStranger('playlist-events', [
      { partition: 0, key: created.key, value: created.value, headers },
    ])
    expect(await commands.submit(command(add()))).toMatchObject({ kind: 'accepted', version: 2, offset: 2 })
    expect(acceptedIn(log)).toHaveLength(2)
  })

  test('a single process supersedes none of its own records, even when they are read back before the acknowledgement', async () => {
    const log = createInMemoryLog({ partitions: 1 })
    const { createAppender } = log
    const slow: typeof createAppender = async (topic) => {
      const appender = await createAppender(topic)
      return {
        ...appender,
        append: async (records) => {
          const pause = () => new Promise((resolve) => setTimeout(resolve, 4))
          await pause()
          const first = await appender.append(records)
          await pause()
          return first
        },
      }
    }
    Object.assign(log, { createAppender: slow })
    const commands = await process_(log, { settleMs: 2 })
    await commands.submit(command(create))
    const lanes = Array.from({ length: 8 }, async () => {
      for (let nth = 0; nth < 40; nth++) await commands.submit(command(add()))
    })
    await Promise.all(lanes)
    expect(log.recordsOf('playlist-events', 0)).toHaveLength(321)
    expect(acceptedIn(log)).toHaveLength(321)
  })

  test('If-Match refuses another version, and a stale process refuses nothing wrongly', async () => {
    const log = createInMemoryLog({ partitions: 1 })
    const [ann, bob] = [await process_(log), await process_(log)]
    await ann.submit(command(create))
    expect(await bob.submit(command(add(), { expectedVersion: 1 }))).toMatchObject({
      kind: 'accepted',
      version: 2,
    })
    expect(await ann.submit(command(add(), { expectedVersion: 1 }))).toMatchObject({
      kind: 'refused',
      refusal: { refused: 'version-mismatch', facts: { currentVersion: 2 } },
    })
  })

  test('two processes on the same partition: every command takes effect once, in one order for both', async () => {
    const log = createInMemoryLog({ partitions: 1 })
    const processes = [await process_(log), await process_(log)]
    await processes[0]?.submit(command(create))
    const keys = Array.from({ length: 400 }, (_, at) => `key-${at % 300}`)
    const outcomes = await Promise.all(
      keys.map(
        (key, at) =>
          processes[at % 2]?.submit(command(add(), { key })) ?? Promise.reject(new Error('no process')),
      ),
    )
    const history = acceptedIn(log)
    expect(history).toHaveLength(301)
    expect(new Set(history.map(({ meta }) => meta.commandId)).size).toBe(301)
    for (const [at, outcome] of outcomes.entries())
      expect(history[outcome.version - 1]?.meta.commandId).toBe(commandIdOf('ann', 'p', keys[at] ?? ''))
  })

  test('an accepted record that cannot be read blocks commands on its stream, and on no other', async () => {
    const log = createInMemoryLog({ partitions: 1 })
    log.appendAsStranger('playlist-events', [
      {
        partition: 0,
        key: 'p',
        value: Buffer.from('junk'),
        headers: { ce_id: 'x', ce_type: 'Unheard', previous: '' },
      },
    ])
    const commands = await process_(log)
    expect(await commands.submit(command(create))).toMatchObject({
      refusal: { refused: 'stream-quarantined' },
    })
    expect(await commands.submit(command(create, { streamId: 'q' }))).toMatchObject({
      kind: 'accepted',
      version: 1,
    })
  })

  test('a command that can not be settled in time is answered as unknown, and found by its key later', async () => {
    const log = createInMemoryLog({ partitions: 1 })
    const commands = await process_(log, { waitMsMax: 1_000 })
    const creation = command(create)
    await untilKnown(() => commands.submit(creation))
    const endOffsets = log.endOffsets
    Object.assign(log, { endOffsets: () => Promise.reject(new Error('the broker is away')) })
    log.loseNextAppend()
    await expect(commands.submit(command(add(), { key: 'k' }))).rejects.toMatchObject({
      code: 'outcome-unknown',
    })
    Object.assign(log, { endOffsets })
    const again = () => commands.submit(command(add(), { key: 'k' }))
    expect(await untilKnown(again)).toMatchObject({ kind: 'accepted', version: 2 })
  })
})

describe('the order of commands on a stream', () => {
  const remove: PlaylistCommand = { do: 'edit', edits: [{ remove: ['x'] }] }
  const addX: PlaylistCommand = { do: 'edit', edits: [{ add: [{ trackId: 't', itemId: 'x' }] }] }

  test('a no-op stays one, though what was submitted after it would make it an edit', async () => {
    const commands = await process_(createInMemoryLog({ partitions: 1 }))
    await commands.submit(command(create))
    const [removed, added] = await Promise.all([
      commands.submit(command(remove)),
      commands.submit(command(addX)),
    ])
    expect(removed).toMatchObject({ kind: 'unchanged', version: 1 })
    expect(added).toMatchObject({ kind: 'accepted', version: 2 })
  })

  test('a refusal names the version that it was decided on', async () => {
    const commands = await process_(createInMemoryLog({ partitions: 1 }))
    await commands.submit(command(create))
    const [, refused] = await Promise.all([
      commands.submit(command(add())),
      commands.submit(command(add(), { expectedVersion: 1 })),
      commands.submit(command(add())),
    ])
    expect(refused).toMatchObject({ kind: 'refused', refusal: { refused: 'version-mismatch' }, version: 2 })
  })

  test('before the first refusal a record of this process is accepted, so nothing older can be', async () => {
    const log = createInMemoryLog({ partitions: 1 })
    const commands = await process_(log)
    await commands.submit(command(remove))
    await commands.submit(command(remove))
    expect(log.recordsOf('playlist-events', 0).map(({ eventType }) => eventType)).toEqual([
      'PartitionClaimed',
    ])
  })
})
