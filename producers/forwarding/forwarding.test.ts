import { createServer } from 'node:http'
import { afterEach, describe, expect, test } from '@jest/globals'
import { v7 as uuidv7 } from 'uuid'
import { createInMemoryEventCodec } from '@reprise/adapters/in-memory/event-codec.in-memory.ts'
import { createInMemoryLog, type InMemoryLog } from '@reprise/adapters/in-memory/log.in-memory.ts'
import { createInMemoryRowStore } from '@reprise/adapters/in-memory/row-store.in-memory.ts'
import { createAcceptance } from '@reprise/core/acceptance.ts'
import { bodyHashOf, commandIdOf } from '@reprise/core/identity.ts'
import type { Owner } from '@reprise/core/ports/ownership.port.ts'
import { quiet } from '@reprise/core/quiet-logger.ts'
import { type PlaylistCommand, playlistDecider } from '../playlists/playlist.decider.ts'
import { createFakeOwnership } from '../testing/fake-ownership.ts'
import { createSoleCommandLog } from '../testing/sole-command-log.ts'
import type { Command } from '../write-path/command.ts'
import { Moved } from '../write-path/pending-commands.ts'
import { createForwarder } from './forwarder.ts'
import { type ForwardedCommands, startForwardingListener } from './forwarding-listener.ts'

const codec = createInMemoryEventCodec()
const topic = 'playlist-events'
const open: (() => Promise<void>)[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()))
})

/** A command process on a log that others share: its listener, its forwarder, and what it believes of the owners. */
const createProcess = async (log: InMemoryLog, { waitMsMax = 10_000 } = {}) => {
  const secret = uuidv7()
  const ownership = createFakeOwnership((await log.endOffsets(topic)).length)
  const taking = new Map<string, ForwardedCommands>()
  const listener = await startForwardingListener({
    host: '127.0.0.1',
    secret,
    commandsOf: (topicOf) => taking.get(topicOf),
    logger: quiet,
  })
  const forwarder = createForwarder(quiet)
  const commands = await createSoleCommandLog({
    topic,
    stream: playlistDecider,
    log,
    codec,
    rows: createInMemoryRowStore(),
    ownership,
    forward: forwarder.forward,
    waitMsMax,
  })
  taking.set(topic, commands)
  let isDead = false
  /** Its connections break as at kill -9; what it has appended by then stays. */
  const die = async () => {
    isDead = true
    await listener.close()
  }
  open.push(async () => {
    forwarder.close()
    await Promise.all([isDead ? undefined : listener.close(), commands.close()])
  })
  const owner: Owner = { address: `http://127.0.0.1:${listener.port}`, secret }
  return { commands, owner, believe: ownership.believe, refreshed: ownership.refreshed, die }
}

/** Two processes of which the second owns everything, and both know it. */
const createPair = async (options?: { readonly waitMsMax: number }) => {
  const log = createInMemoryLog({ partitions: 2 })
  const [sender, owner] = [await createProcess(log, options), await createProcess(log, options)]
  owner.believe('this')
  sender.believe(owner.owner)
  return { log, sender, owner }
}

const details = { name: 'n', description: '', visibility: 'public', collaborative: false } as const
const create: PlaylistCommand = { do: 'create', details }
const add = (count = 1): PlaylistCommand => ({
  do: 'edit',
  edits: [{ add: Array.from({ length: count }, (_, nth) => ({ trackId: `t${nth}` })) }],
})

const command = (
  body: PlaylistCommand,
  given: Partial<Command> & { readonly key?: string } = {},
): Command<PlaylistCommand> => {
  const { key = uuidv7(), streamId = 'p', ...rest } = given
  return {
    streamId,
    actorId: 'ann',
    commandId: commandIdOf('ann', streamId, key),
    bodyHash: bodyHashOf('test', body),
    deviceId: null,
    occurredAt: 0,
    lamport: undefined,
    expectedVersion: undefined,
    keyRefusal: undefined,
    keyTime: undefined,
    traceparent: undefined,
    ...rest,
    body,
  }
}

type Accepted = { readonly meta: { readonly commandId: string; readonly eventId: string } }

const acceptedIn = (log: InMemoryLog): readonly Accepted[] =>
  [0, 1].flatMap((partition) => {
    const acceptance = createAcceptance(true)
    return log
      .recordsOf(topic, partition)
      .filter(acceptance.accept)
      .map(({ value }) => codec.decode(value).value as Accepted)
  })
const commandIdsIn = (log: InMemoryLog) => acceptedIn(log).map(({ meta }) => meta.commandId)

describe('commands for partitions of another process', () => {
  test('go to the owner, whose answer is theirs: outcomes, refusals and problems', async () => {
    const { log, sender, owner } = await createPair()
    expect(await sender.commands.submit(command(create))).toMatchObject({ kind: 'accepted', version: 1 })
    const edited = await sender.commands.submit(command(add(2), { key: 'k' }))
    expect(edited).toEqual(await owner.commands.submit(command(add(2), { key: 'k' })))
    expect(await sender.commands.submit(command(add(), { expectedVersion: 7 }))).toMatchObject({
      kind: 'refused',
      refusal: { refused: 'version-mismatch', facts: { currentVersion: 2 } },
    })
    const unchanged = command({ do: 'change-details', changes: { name: 'n' } })
    expect(await sender.commands.submit(unchanged)).toMatchObject({ kind: 'unchanged', version: 2 })
    expect(acceptedIn(log)).toHaveLength(2)
  })

  test('are the same command there, down to what is left out', async () => {
    const { log, sender, owner } = await createPair()
    const edits = [
      { add: [{ trackId: 't1' }, { trackId: 't2' }], after: null, before: undefined },
      { removeAt: [0] },
    ] as const
    const rest = { deviceId: 'd', lamport: 3, keyTime: 5, traceparent: '00-1-2-01', occurredAt: 9 }
    for (const [streamId, { commands }] of [
      ['there', sender],
      ['here', owner],
    ] as const) {
      await commands.submit(command(create, { streamId }))
      await commands.submit(command({ do: 'edit', edits }, { streamId, ...rest, expectedVersion: 1 }))
    }
    const [there, here] = ['there', 'here'].map((id) =>
      JSON.stringify(
        acceptedIn(log).filter(({ meta }) => (meta as { streamId?: string }).streamId === id),
      ).replaceAll(/"(eventId|commandId|itemId|streamId)":"[^"]*"/g, '""'),
    )
    expect(there).toBe(here)
    expect(there).toContain('"lamport":3')
  })

  test('a long one passes', async () => {
    const { sender } = await createPair()
    await sender.commands.submit(command(create))
    const remove = Array.from({ length: 10_000 }, () => uuidv7())
    const outcome = await sender.commands.submit(command({ do: 'edit', edits: [{ remove }] }))
    expect(outcome.kind).toBe('unchanged')
    const endless = command({ do: 'edit', edits: [{ remove: ['x'.repeat(3_000_000)] }] })
    await expect(sender.commands.submit(endless)).rejects.toMatchObject({ code: 'too-large' })
  })

  test('thousands at once share one connection, and each takes effect once', async () => {
    const { log, sender } = await createPair()
    await sender.commands.submit(command(create))
    const sent = Array.from({ length: 3_000 }, () => command(add()))
    const outcomes = await Promise.all(sent.map((each) => sender.commands.submit(each)))
    expect(outcomes.every(({ kind }) => kind === 'accepted')).toBe(true)
    expect(new Set(outcomes.map(({ version }) => version)).size).toBe(3_000)
    expect(new Set(commandIdsIn(log)).size).toBe(3_001)
    expect(acceptedIn(log)).toHaveLength(3_001)
  })

  test('a key that is used with another body is refused, whichever process sees it', async () => {
    const { sender, owner } = await createPair()
    await owner.commands.submit(command(create))
    const first = owner.commands.submit(command(add(1), { key: 'k' }))
    await expect(sender.commands.submit(command(add(2), { key: 'k' }))).resolves.toMatchObject({
      kind: 'refused',
      refusal: { refused: 'key-reused' },
    })
    await first
  })

  test('two at once with the same key to different processes: done once, and both hear the same', async () => {
    const { log, sender, owner } = await createPair()
    await owner.commands.submit(command(create))
    const pairs = Array.from({ length: 200 }, (_, nth) => {
      const send = ({ commands }: typeof owner) => commands.submit(command(add(), { key: `key-${nth}` }))
      return Promise.all([send(sender), send(owner)])
    })
    for (const [one, other] of await Promise.all(pairs)) expect(one).toEqual(other)
    expect(acceptedIn(log)).toHaveLength(201)
  })
})

describe('while partitions move', () => {
  test('a stale route is tried again until the map is right; nothing is done twice', async () => {
    const { log, sender, owner } = await createPair()
    owner.believe(sender.owner)
    const waiting = sender.commands.submit(command(create))
    while (sender.refreshed() < 2) await new Promise((resolve) => setTimeout(resolve, 5))
    expect(acceptedIn(log)).toHaveLength(0)
    sender.believe('this')
    expect(await waiting).toMatchObject({ kind: 'accepted', version: 1 })
    expect(acceptedIn(log)).toHaveLength(1)
  })

  test('with nobody to take it, a command waits as long as it may, and hears that nothing was done', async () => {
    const { log, sender, owner } = await createPair({ waitMsMax: 300 })
    owner.believe(sender.owner)
    await expect(sender.commands.submit(command(create))).rejects.toMatchObject({
      code: 'not-ready',
      retryAfterSeconds: 1,
    })
    expect(acceptedIn(log)).toHaveLength(0)
  })

  test('an owner that is asked late has less time to answer', async () => {
    const log = createInMemoryLog({ partitions: 2 })
    const ownership = createFakeOwnership(2)
    const asked: string[] = []
    const commands = await createSoleCommandLog({
      topic,
      stream: playlistDecider,
      log,
      codec,
      rows: createInMemoryRowStore(),
      ownership,
      forward: ({ address }) => {
        asked.push(address)
        return address === 'first' ? Promise.reject(new Moved(false)) : new Promise(() => undefined)
      },
      waitMsMax: 300,
    })
    open.push(commands.close)
    ownership.believe({ address: 'first', secret: '' })
    const outcome = commands.submit(command(create))
    ownership.believe({ address: 'second', secret: '' })
    await expect(outcome).rejects.toMatchObject({ code: 'outcome-unknown' })
    expect(asked).toEqual(['first', 'second'])
  })

  test('when two believe that they own it, every command still takes effect once', async () => {
    const { log, sender, owner } = await createPair()
    await owner.commands.submit(command(create))
    sender.believe('this')
    const third = await createProcess(log)
    third.believe(owner.owner)
    const keys = Array.from({ length: 150 }, (_, nth) => `key-${nth}`)
    const outcomes = await Promise.all(
      keys.map((key) =>
        Promise.all([sender, owner, third].map(({ commands }) => commands.submit(command(add(), { key })))),
      ),
    )
    for (const [one, ...others] of outcomes) expect(others).toEqual([one, one])
    expect(acceptedIn(log)).toHaveLength(151)
  })

  test('an owner that dies in the middle: what it appended is found by the next one, the rest is done there', async () => {
    const { log, sender, owner } = await createPair()
    await sender.commands.submit(command(create))
    const sent = Array.from({ length: 600 }, () => command(add()))
    let answered = 0
    const outcomes = sent.map(async (each) => {
      const outcome = await sender.commands.submit(each)
      if (++answered === 100) await owner.die()
      return outcome
    })
    while (answered < 100) await new Promise((resolve) => setImmediate(resolve))
    sender.believe('this')
    expect((await Promise.all(outcomes)).every(({ kind }) => kind === 'accepted')).toBe(true)
    const ids = commandIdsIn(log)
    expect(new Set(ids)).toEqual(new Set([ids[0], ...sent.map(({ commandId }) => commandId)]))
    expect(ids).toHaveLength(601)
  })

  test('an owner that has gone silent is left, and its commands go to the next one', async () => {
    const { log, sender } = await createPair()
    const silent = createServer((_request, response) => {
      response.writeHead(200).flushHeaders()
    })
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    open.push(
      () =>
        new Promise((resolve) => {
          silent.close(() => resolve())
          silent.closeAllConnections()
        }),
    )
    const { port } = silent.address() as { readonly port: number }
    sender.believe({ address: `http://127.0.0.1:${port}`, secret: 's' })
    const waiting = sender.commands.submit(command(create))
    while (sender.refreshed() === 0) await new Promise((resolve) => setTimeout(resolve, 20))
    sender.believe('this')
    expect(await waiting).toMatchObject({ kind: 'accepted', version: 1 })
    expect(acceptedIn(log)).toHaveLength(1)
  })

  test('after a silent owner nobody can tell: the answer is that the outcome is unknown', async () => {
    const { sender } = await createPair({ waitMsMax: 1_000 })
    const cutting = createServer((request, response) => {
      response.writeHead(200).flushHeaders()
      request.on('data', () => request.socket.destroy())
    })
    await new Promise<void>((resolve) => cutting.listen(0, '127.0.0.1', resolve))
    open.push(() => new Promise((resolve) => cutting.close(() => resolve())))
    const { port } = cutting.address() as { readonly port: number }
    sender.believe({ address: `http://127.0.0.1:${port}`, secret: 's' })
    await expect(sender.commands.submit(command(create))).rejects.toMatchObject({ code: 'outcome-unknown' })
  })

  test('without the secret nothing is taken, and nothing may have been done', async () => {
    const { log, sender, owner } = await createPair({ waitMsMax: 300 })
    sender.believe({ ...owner.owner, secret: 'guessed' })
    await expect(sender.commands.submit(command(create))).rejects.toMatchObject({ code: 'not-ready' })
    expect(acceptedIn(log)).toHaveLength(0)
  })
})
