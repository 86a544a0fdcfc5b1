import { afterEach, describe, expect, test } from '@jest/globals'
import { setTimeout as sleep } from 'node:timers/promises'
import { v4 as uuidv4, v7 as uuidv7 } from 'uuid'
import { createInMemoryEventCodec } from '@reprise/adapters/in-memory/event-codec.in-memory.ts'
import { createInMemoryLog, type InMemoryLog } from '@reprise/adapters/in-memory/log.in-memory.ts'
import {
  createInMemoryRowStore,
  type InMemoryRowStore,
} from '@reprise/adapters/in-memory/row-store.in-memory.ts'
import { bodyHashOf, commandIdOf } from '@reprise/core/identity.ts'
import type { EventCodec } from '@reprise/core/ports/event-codec.port.ts'
import type { Ownership } from '@reprise/core/ports/ownership.port.ts'
import { type PlaylistCommand, playlistDecider, type PlaylistReport } from '../playlists/playlist.decider.ts'
import { createSoleCommandLog } from '../testing/sole-command-log.ts'
import type { Command } from './command.ts'
import type { CommandLog } from './command-log.ts'
import type { Discarded } from '@reprise/core/discarded-records.ts'
import { keyTimeOf } from './idempotency-key.ts'

const codec = createInMemoryEventCodec()
const details = { name: 'n', description: '', visibility: 'public', collaborative: false } as const
const create: PlaylistCommand = { do: 'create', details }
const add: PlaylistCommand = { do: 'edit', edits: [{ add: [{ trackId: 't' }] }] }
const open: CommandLog<PlaylistCommand, PlaylistReport>[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((commands) => commands.close()))
})

const command = (body: PlaylistCommand, streamId: string, key = uuidv7()): Command<PlaylistCommand> => ({
  streamId,
  actorId: 'ann',
  commandId: commandIdOf('ann', streamId, key),
  bodyHash: bodyHashOf('test', body),
  body,
  deviceId: null,
  occurredAt: 0,
  expectedVersion: undefined,
  keyRefusal: undefined,
  keyTime: keyTimeOf(key),
  traceparent: undefined,
})

/** Who owns the one partition is decided by the test. */
const createSwitch = () => {
  const listeners: (() => void)[] = []
  let owner = ''
  const of = (name: string): Ownership => ({
    owned: () => new Set(owner === name ? [0] : []),
    ownerOf: () => undefined,
    onChange: (listener) => void listeners.push(listener),
    refresh: () => undefined,
    close: () => Promise.resolve(),
  })
  const give = (name: string) => {
    owner = name
    for (const listener of listeners) listener()
  }
  return { of, give }
}

type World = { readonly log: InMemoryLog; readonly rows: InMemoryRowStore }
const createWorld = (now = Date.now): World => ({
  log: createInMemoryLog({ partitions: 1, now }),
  rows: createInMemoryRowStore(),
})

const process_ = async (
  { log, rows }: World,
  more: {
    readonly ownership?: Ownership
    readonly discarded?: Discarded[]
    readonly codec?: EventCodec
  } = {},
) => {
  const commands = await createSoleCommandLog({
    topic: 'playlist-events',
    stream: playlistDecider,
    log,
    codec: more.codec ?? codec,
    rows,
    settleMs: 50,
    discard: (_partition, records) => {
      more.discarded?.push(...records)
      return Promise.resolve()
    },
    ...(more.ownership && { ownership: more.ownership }),
  })
  open.push(commands)
  return commands
}
/** Closing stores everything. */
const close = async (commands: CommandLog<PlaylistCommand, PlaylistReport>) => {
  open.splice(open.indexOf(commands), 1)
  await commands.close()
}

describe('a partition that another process takes over', () => {
  test('goes on where the first one has stored it', async () => {
    const world = createWorld()
    const first = await process_(world)
    await first.submit(command(create, 'p'))
    await first.submit(command(add, 'p'))
    await close(first)
    const second = await process_(world)
    expect(await second.submit(command(add, 'p'))).toMatchObject({ kind: 'accepted', version: 3 })
  })

  test.each([
    ['UUIDv7', uuidv7()],
    ['another key', uuidv4()],
  ])('gives the first answer to a key of the first process: %s', async (_name, key) => {
    const world = createWorld()
    const first = await process_(world)
    await first.submit(command(create, 'p'))
    const answer = await first.submit(command(add, 'p', key))
    await close(first)
    const second = await process_(world)
    expect(await second.submit(command(add, 'p', key))).toEqual(answer)
    expect(await second.submit(command(create, 'p', key))).toMatchObject({
      refusal: { refused: 'key-reused' },
    })
    expect(world.log.recordsOf('playlist-events', 0)).toHaveLength(2)
  })

  test('waits for schemas while their registry is away', async () => {
    const world = createWorld()
    const first = await process_(world)
    await first.submit(command(create, 'p'))
    await close(first)
    let failures = 2
    const learn: EventCodec['learn'] = (values) =>
      failures-- > 0 ? Promise.reject(new Error('the registry is away')) : codec.learn(values)
    const second = await process_(world, { codec: { ...codec, learn } })
    expect(await second.submit(command(add, 'p'))).toMatchObject({ kind: 'accepted', version: 2 })
    expect(failures).toBeLessThan(0)
  })

  test('finds the playlist that a retried creation has made', async () => {
    const world = createWorld()
    const first = await process_(world)
    const creation = command(create, 'p', uuidv4())
    const answer = await first.submit(creation)
    await close(first)
    expect(await (await process_(world)).submit(creation)).toEqual(answer)
  })

  test('reads what the first one had not stored', async () => {
    const world = createWorld()
    const first = await process_(world)
    const key = uuidv7()
    await first.submit(command(create, 'p'))
    const answer = await first.submit(command(add, 'p', key))
    // Not closed: it was killed, and nothing of it is stored.
    const second = await process_(world)
    expect(await second.submit(command(add, 'p', key))).toEqual(answer)
    expect(await second.submit(command(add, 'p'))).toMatchObject({ version: 3 })
    // And the first one, a zombie by now, decides on what the second one did.
    expect(await first.submit(command(add, 'p'))).toMatchObject({ kind: 'accepted', version: 4 })
  })

  test('moves to and fro while commands keep coming: each takes effect once', async () => {
    const world = createWorld()
    const { of, give } = createSwitch()
    give('a')
    const [a, b] = await Promise.all([
      process_(world, { ownership: of('a') }),
      process_(world, { ownership: of('b') }),
    ])
    const either = () => (Math.random() < 0.5 ? a : b)
    // Whoever isn't the owner has nobody to forward to and waits until it is.
    await a.submit(command(create, 'p'))
    const answers: Promise<unknown>[] = []
    for (let n = 0; n < 60; n++) {
      if (n % 5 === 0) give(n % 10 === 0 ? 'b' : 'a')
      answers.push(either().submit(command(add, 'p')))
      await sleep(5)
    }
    const settling = Promise.allSettled(answers)
    let isSettled = false
    void settling.then(() => (isSettled = true))
    for (let n = 0; !isSettled; n++) {
      give(n % 2 === 0 ? 'a' : 'b')
      await sleep(200)
    }
    give('b')
    const outcomes = await settling
    expect(outcomes.map(({ status }) => status)).toEqual(answers.map(() => 'fulfilled'))
    const last = await b.submit(command(add, 'p'))
    expect(last).toMatchObject({ kind: 'accepted', version: answers.length + 2 })
  })
})

describe('the store of states', () => {
  test('being away refuses what needs it, and nothing else', async () => {
    const world = createWorld(() => Date.now() - 600_000)
    const first = await process_(world)
    await first.submit(command(create, 'p'))
    await first.submit(command(create, 'q'))
    await close(first)
    const second = await process_(world)
    await second.submit(command(add, 'p'))
    world.rows.failNext(1_000_000)
    expect(await second.submit(command(add, 'p'))).toMatchObject({ kind: 'accepted', version: 3 })
    await expect(second.submit(command(add, 'q'))).rejects.toMatchObject({ code: 'not-ready' })
    world.rows.failNext(0)
    expect(await second.submit(command(add, 'q'))).toMatchObject({ kind: 'accepted', version: 2 })
  })

  test('having forgotten what it acknowledged, the partition is read from the mark that is left', async () => {
    const world = createWorld()
    const first = await process_(world)
    await first.submit(command(create, 'p'))
    await close(first)
    world.rows.mark()
    const second = await process_(world)
    const key = uuidv4()
    const answer = await second.submit(command(add, 'p', key))
    await close(second)
    const third = await process_(world)
    world.rows.loseTail()
    expect(await third.submit(command(add, 'p', key))).toEqual(answer)
    expect(await third.submit(command(add, 'p'))).toMatchObject({ kind: 'accepted', version: 3 })
  })

  test('a process whose store is lost while it closes stores nothing more, and asks for nothing', async () => {
    const world = createWorld()
    world.rows.mark()
    const asked: string[] = []
    let state: 'open' | 'closing' | 'lost' = 'open'
    const rows: InMemoryRowStore = {
      ...world.rows,
      read: (table, where) => {
        if (state !== 'open') asked.push(table.name)
        return world.rows.read(table, where)
      },
      writeTogether: async (table, writes) => {
        await world.rows.writeTogether(table, writes)
        if (state !== 'closing') return
        state = 'lost'
        world.rows.loseTail()
      },
    }
    const first = await process_({ ...world, rows })
    await first.submit(command(create, 'p'))
    state = 'closing'
    await close(first)
    expect({ state, asked }).toEqual({ state: 'lost', asked: [] })
    const second = await process_(world)
    expect(await second.submit(command(add, 'p'))).toMatchObject({ kind: 'accepted', version: 2 })
  })

  test('is told of superseded records before the mark passes them', async () => {
    const world = createWorld()
    const discarded: Discarded[] = []
    const first = await process_(world, { discarded })
    await first.submit(command(create, 'p'))
    world.log.appendAsStranger('playlist-events', [
      {
        partition: 0,
        key: 'p',
        value: Buffer.from(''),
        headers: { ce_id: 'late', ce_type: 'PlaylistDeleted', previous: '' },
      },
    ])
    await first.submit(command(add, 'p'))
    await close(first)
    expect(discarded).toEqual([{ offset: 1, eventId: 'late' }])
  })
})
