import { createServer } from 'node:http'
import { afterEach, describe, expect, test } from '@jest/globals'
import { createInMemoryEventCodec } from '@reprise/adapters/in-memory/event-codec.in-memory.ts'
import { createInMemoryLog } from '@reprise/adapters/in-memory/log.in-memory.ts'
import { createInMemoryRowStore } from '@reprise/adapters/in-memory/row-store.in-memory.ts'
import { Problem } from '@reprise/core/problem.ts'
import { playlistDecider } from '../playlists/playlist.decider.ts'
import { createFakeOwnership } from '../testing/fake-ownership.ts'
import { add, command, create, createForwardingProcesses, topic } from '../testing/forwarding-processes.ts'
import { createSoleCommandLog } from '../testing/sole-command-log.ts'
import { Moved } from '../write-path/pending-commands.ts'

const codec = createInMemoryEventCodec()
const processes = createForwardingProcesses({
  codec,
  createLog: () => createInMemoryLog({ partitions: 2 }),
  createRows: createInMemoryRowStore,
})
const { createProcess, createPair, acceptedIn, commandIdsIn, closeLater } = processes
afterEach(processes.close)

type Sender = Awaited<ReturnType<typeof createProcess>>

/** It found so many answers to be old. */
const untilRefused = async ({ refreshed }: Sender, times: number): Promise<void> => {
  while (refreshed() < times) await new Promise((resolve) => setTimeout(resolve, 5))
}

/** It was refused, and knows nobody else to ask: nothing is under way when its time ends. */
const untilInVain = async (sender: Sender): Promise<void> => {
  await untilRefused(sender, 1)
  sender.believe(undefined)
}

/** A command of a process that believes in the first owner, and then in the second. */
const askedOfTwo = async (owners: Readonly<Record<'first' | 'second', () => Promise<never>>>) => {
  const ownership = createFakeOwnership(2)
  const asked: string[] = []
  const commands = await createSoleCommandLog({
    topic,
    stream: playlistDecider,
    log: createInMemoryLog({ partitions: 2 }),
    codec,
    rows: createInMemoryRowStore(),
    ownership,
    forward: ({ address }) => {
      asked.push(address)
      return owners[address as 'first' | 'second']()
    },
    waitMsMax: 300,
  })
  closeLater(commands.close)
  ownership.believe({ address: 'first', secret: '' })
  const outcome = commands.submit(command(create))
  ownership.believe({ address: 'second', secret: '' })
  return { outcome, asked }
}

describe('while partitions move', () => {
  test('a stale route is tried again until the map is right; nothing is done twice', async () => {
    const { log, sender, owner } = await createPair()
    owner.believe(sender.owner)
    const waiting = sender.commands.submit(command(create))
    await untilRefused(sender, 2)
    expect(acceptedIn(log)).toHaveLength(0)
    sender.believe('this')
    expect(await waiting).toMatchObject({ kind: 'accepted', version: 1 })
    expect(acceptedIn(log)).toHaveLength(1)
  })

  test('with nobody to take it, a command waits as long as it may, and hears that nothing was done', async () => {
    const { log, sender, owner } = await createPair({ waitMsMax: 3_000 })
    owner.believe(sender.owner)
    const refused = expect(sender.commands.submit(command(create))).rejects.toMatchObject({
      code: 'not-ready',
      retryAfterSeconds: 1,
    })
    await untilInVain(sender)
    await refused
    expect(acceptedIn(log)).toHaveLength(0)
  })

  test('an owner that is asked late has less time to answer', async () => {
    const { outcome, asked } = await askedOfTwo({
      first: () => Promise.reject(new Moved(false)),
      second: () => new Promise(() => undefined),
    })
    await expect(outcome).rejects.toMatchObject({ code: 'outcome-unknown' })
    expect(asked).toEqual(['first', 'second'])
  })

  test.each(['overloaded', 'not-ready', 'key-reused'] as const)(
    'what one owner has sent may yet be accepted, though the next one does nothing: %s',
    async (code) => {
      const refuse = () => Promise.reject(new Problem(code, 'nothing was done'))
      const sent = await askedOfTwo({ first: () => Promise.reject(new Moved(true)), second: refuse })
      await expect(sent.outcome).rejects.toMatchObject({ code: 'outcome-unknown' })
      expect(sent.asked).toEqual(['first', 'second'])
      const unsent = await askedOfTwo({ first: () => Promise.reject(new Moved(false)), second: refuse })
      await expect(unsent.outcome).rejects.toMatchObject({ code })
    },
  )

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
    closeLater(
      () =>
        new Promise((resolve) => {
          silent.close(() => resolve())
          silent.closeAllConnections()
        }),
    )
    const { port } = silent.address() as { readonly port: number }
    sender.believe({ address: `http://127.0.0.1:${port}`, secret: 's' })
    const waiting = sender.commands.submit(command(create))
    await untilRefused(sender, 1)
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
    closeLater(() => new Promise((resolve) => cutting.close(() => resolve())))
    const { port } = cutting.address() as { readonly port: number }
    sender.believe({ address: `http://127.0.0.1:${port}`, secret: 's' })
    await expect(sender.commands.submit(command(create))).rejects.toMatchObject({ code: 'outcome-unknown' })
  })

  test('without the secret nothing is taken, and nothing may have been done', async () => {
    const { log, sender, owner } = await createPair({ waitMsMax: 3_000 })
    sender.believe({ ...owner.owner, secret: 'guessed' })
    const refused = expect(sender.commands.submit(command(create))).rejects.toMatchObject({
      code: 'not-ready',
    })
    await untilInVain(sender)
    await refused
    expect(acceptedIn(log)).toHaveLength(0)
  })
})
