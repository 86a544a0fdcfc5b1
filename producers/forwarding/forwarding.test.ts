import { afterEach, describe, expect, test } from '@jest/globals'
import { v7 as uuidv7 } from 'uuid'
import { createInMemoryEventCodec } from '@reprise/adapters/in-memory/event-codec.in-memory.ts'
import { createInMemoryLog } from '@reprise/adapters/in-memory/log.in-memory.ts'
import { createInMemoryRowStore } from '@reprise/adapters/in-memory/row-store.in-memory.ts'
import { add, command, create, createForwardingProcesses } from '../testing/forwarding-processes.ts'

const processes = createForwardingProcesses({
  codec: createInMemoryEventCodec(),
  createLog: () => createInMemoryLog({ partitions: 2 }),
  createRows: createInMemoryRowStore,
})
const { createPair, acceptedIn, commandIdsIn } = processes
afterEach(processes.close)

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
