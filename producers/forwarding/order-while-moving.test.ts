import { afterEach, describe, expect, test } from '@jest/globals'
import { createInMemoryEventCodec } from '@reprise/adapters/in-memory/event-codec.in-memory.ts'
import { createInMemoryLog } from '@reprise/adapters/in-memory/log.in-memory.ts'
import { createInMemoryRowStore } from '@reprise/adapters/in-memory/row-store.in-memory.ts'
import { quiet } from '@reprise/core/quiet-logger.ts'
import { add, command, create, createForwardingProcesses, topic } from '../testing/forwarding-processes.ts'
import type { Outcome } from '../write-path/command.ts'
import { Moved } from '../write-path/pending-commands.ts'
import { createForwarder } from './forwarder.ts'
import { startForwardingListener } from './forwarding-listener.ts'

const processes = createForwardingProcesses({
  codec: createInMemoryEventCodec(),
  createLog: () => createInMemoryLog({ partitions: 2 }),
  createRows: createInMemoryRowStore,
})
const { createPair, createProcess, closeLater } = processes
afterEach(processes.close)

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** The partitions went to another process, of which the sender hasn't heard. */
const createMoved = async () => {
  const { log, sender, owner: former } = await createPair()
  const owner = await createProcess(log)
  await sender.commands.submit(command(create))
  former.believe(owner.owner)
  owner.believe('this')
  return { sender, owner }
}

describe('commands of a stream keep their order', () => {
  test('when one that came back from a former owner has yet to go to the new one', async () => {
    const { sender, owner } = await createMoved()
    const first = sender.commands.submit(command(add()))
    while (sender.refreshed() === 0) await pause(1)
    // Before it is tried again, and without a word to who waits.
    const second = sender.commands.submit(command(add()))
    sender.believe(owner.owner)
    const third = sender.commands.submit(command(add()))
    const outcomes = await Promise.all([first, second, third])
    expect(outcomes.map(({ version }) => version)).toEqual([2, 3, 4])
  })

  test('when one has not come back yet from a former owner', async () => {
    const { sender, owner } = await createMoved()
    const first = sender.commands.submit(command(add()))
    sender.believe(owner.owner)
    const second = sender.commands.submit(command(add()))
    const outcomes = await Promise.all([first, second])
    expect(outcomes.map(({ version }) => version)).toEqual([2, 3])
  })

  test('when the owner comes to own it between one and the next', async () => {
    const taken: string[] = []
    const inFlight: Promise<string>[] = []
    const secret = 's'
    const listener = await startForwardingListener({
      host: '127.0.0.1',
      secret,
      commandsOf: () => ({
        submitHere: async ({ commandId }): Promise<Outcome> => {
          if (inFlight.length === 0) {
            // On their way when this one is refused, and here when the partition is.
            inFlight.push(send('two'), send('of another stream', 'q'), send('three'))
            throw new Moved(false)
          }
          taken.push(commandId)
          return { kind: 'unchanged', version: 1, offset: 0 }
        },
      }),
      logger: quiet,
    })
    closeLater(listener.close)
    const forwarder = createForwarder(quiet)
    closeLater(async () => forwarder.close())
    const to = { address: `http://127.0.0.1:${listener.port}`, secret }
    const send = (commandId: string, streamId = 'p') =>
      forwarder.forward(to, topic, command(add(), { commandId, streamId })).then(
        () => 'taken',
        () => 'moved',
      )
    expect(await send('one')).toBe('moved')
    expect(await Promise.all(inFlight)).toEqual(['moved', 'taken', 'moved'])
    expect(await Promise.all([send('one'), send('two'), send('three')])).toEqual(['taken', 'taken', 'taken'])
    expect(taken).toEqual(['of another stream', 'one', 'two', 'three'])
  })

  test('however the partitions move, and whoever knows of it when', async () => {
    const { log, sender, owner } = await createPair()
    const others = [owner, await createProcess(log)]
    const streams = ['p', 'q', 'r']
    for (const streamId of streams) await sender.commands.submit(command(create, { streamId }))
    let isOver = false
    const moveAbout = async () => {
      for (let nth = 0; nth < 12; nth++) {
        const [next, last] = [others[nth % 2], others[(nth + 1) % 2]]
        if (next === undefined || last === undefined) throw new Error('there are two')
        const steps = [
          () => last.believe(next.owner),
          () => next.believe('this'),
          () => sender.believe(nth % 5 === 4 ? 'this' : next.owner),
        ]
        for (let step = 0; step < 3; step++) {
          steps[(step + nth) % 3]?.()
          await pause(7)
        }
        await pause(40)
      }
      isOver = true
    }
    const moving = moveAbout()
    const outcomes = new Map(streams.map((streamId) => [streamId, [] as Promise<Outcome>[]]))
    while (!isOver) {
      for (const [streamId, all] of outcomes) all.push(sender.commands.submit(command(add(), { streamId })))
      await pause(1)
    }
    await moving
    for (const all of outcomes.values()) {
      const versions = (await Promise.all(all)).map(({ version }) => version)
      expect(versions).toEqual(versions.map((_version, nth) => nth + 2))
    }
  })
})
